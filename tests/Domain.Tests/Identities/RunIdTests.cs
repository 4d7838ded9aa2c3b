using CsCheck;

namespace BatchEngine.Domain.Tests.Identities;

public sealed class RunIdTests
{
    [Fact]
    public void RunId_OfAnyNameAndSecond_ReadsBackEqual() =>
        Gen.Select(Gen.Char["abcXYZ019._-"].Array[1, 40], Gen.Long[0, 4_000_000_000]).Sample((name, seconds) =>
        {
            var job = new string(name);
            if (!RunId.IsName(job))
                return;
            var run = new RunId(job, DateTimeOffset.FromUnixTimeSeconds(seconds));
            Assert.Equal(run, RunId.Parse(run.ToString()));
        });

    [Fact]
    public void RunId_OfOneInstantInTwoZones_IsTheSameRun()
    {
        var berlin = new DateTimeOffset(2026, 11, 23, 3, 0, 0, 250, TimeSpan.FromHours(1));
        var utc = new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
        Assert.Equal(new RunId("churn", utc), new RunId("churn", berlin));
    }

    [Theory]
    [InlineData("churn")]
    [InlineData("churn_2026")]
    [InlineData("../x_20261123T020000Z")]
    [InlineData("_20261123T020000Z")]
    public void Rejects_TextThatIsNoRunId(string text) => Assert.Throws<FormatException>(() => RunId.Parse(text));
}
