using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class CronWeekdaysTests
{
    [Theory]
    [InlineData("0 0 2 ? * 1-5", "'1-5' as day of week fires Sunday to Thursday:")]
    [InlineData("0 0 2 ? * 2-6", "'2-6' as day of week fires Monday to Friday:")]
    [InlineData("0 0 2 ? * 7", "'7' as day of week fires Saturday:")]
    [InlineData("0 0 2 ? * 1,7", "'1,7' as day of week fires Sunday and Saturday:")]
    [InlineData("0 0 2 ? * 2/2", "'2/2' as day of week fires Monday, Wednesday and Friday:")]
    [InlineData("0 0 2 ? * 6#5", "'6#5' as day of week fires Friday:")]
    [InlineData("0 0 2 ? * 6L", "'6L' as day of week fires Friday:")]
    [InlineData("0 0 2 ? * MON,3", "'MON,3' as day of week fires Monday and Tuesday:")]
    public void NoteOf_DaysByNumber_NamesThem(string cron, string note) => Assert.StartsWith(note, CronWeekdays.NoteOf(cron), StringComparison.Ordinal);

    [Theory]
    [InlineData("0 0 2 * * ?")]
    [InlineData("0 0 2 ? * *")]
    [InlineData("0 0 2 ? * MON-FRI")]
    [InlineData("0 0 2 ? * FRI#2")]
    [InlineData("0 0 2 1-5 * ? 2027")]
    public void NoteOf_NoDayByNumber_IsNull(string cron) => Assert.Null(CronWeekdays.NoteOf(cron));
}
