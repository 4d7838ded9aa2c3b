using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class CronSpellingTests
{
    [Theory]
    [InlineData("0 0 2 * * ?")]
    [InlineData("0 0/15 8-17 ? * MON-FRI")]
    [InlineData("0 0 3 L * ?")]
    [InlineData("0 0 3 L-3,LW * ?")]
    [InlineData("0 0 3 ? * 6#3")]
    [InlineData("0 0 3 ? * 6L")]
    [InlineData("0 0 3 15W JAN,JUL ? 2026-2030")]
    public void Accepts_Cron(string cron) => Assert.Null(CronSpelling.ProblemOf(cron));

    [Theory]
    [InlineData("* * *", "3 fields")]
    [InlineData("0 2 * * *", "5 fields")]
    [InlineData("0 0 2 * * *", "'?' in neither day field")]
    [InlineData("0 0 2 ? * ?", "'?' in both day fields")]
    [InlineData("60 0 2 * * ?", "'60' as second: Minute and Second values must be between 0 and 59")]
    [InlineData("0 0 25 * * ?", "'25' as hour: Hour values must be between 0 and 23")]
    [InlineData("0 0 2 32 * ?", "'32' as day of month: Day of month values must be between 1 and 31")]
    [InlineData("0 0 2 ? * MOON", "'MOON' as day of week: Invalid Day-of-Week value: 'MOO'")]
    [InlineData("0 0 2 ? * MON,6#9", "'6#9' as day of week: A numeric value between 1 and 5 must follow the '#' option")]
    [InlineData("0 0 2 * 13 ?", "'13' as month: Month values must be between 1 and 12")]
    [InlineData("0 0 2, * * ?", "'' as hour: nothing beside a comma")]
    [InlineData("0 0 2 30 2 ?", "days and months that never meet: it never fires")]
    [InlineData("0 0 2 31 4,6,9,11 ?", "days and months that never meet: it never fires")]
    [InlineData("0 0 2 29 2 ? 2027", "days and months that never meet: it never fires")]
    [InlineData("0 0 2 * * ? 1800", "'1800' as year: Year values must be between 1970 and")]
    public void Rejects_OtherCron_NamingTheFieldAndWhatQuartzSays(string cron, string said) =>
        Assert.StartsWith(said, CronSpelling.ProblemOf(cron), StringComparison.Ordinal);
}
