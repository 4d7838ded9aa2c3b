using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Adapters;

public sealed class InputPatternsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Asia/Tokyo", "2026-11-24T17:00Z", "2026-11-25/02")]
    [InlineData("Europe/Berlin", "2026-07-01T22:30Z", "2026-07-02/00")]
    [InlineData("America/New_York", "2026-11-25T03:00Z", "2026-11-24/22")]
    [InlineData("Asia/Kolkata", "2026-11-24T18:45Z", "2026-11-25/00")]
    [InlineData("UTC", "2026-11-24T17:00Z", "2026-11-24/17")]
    [InlineData(null, "2026-11-24T17:00Z", "2026-11-24/17")]
    public void Fill_DateAndHour_AreThoseOfTheSchedulesZone(string? zone, string instant, string expected)
    {
        var job = Job(zone);
        var run = new RunId(job.Name, DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal($"in/{expected}/{run}", InputPatterns.Fill("in/{date}/{hour}/{run}", job, run));
        Assert.EndsWith(Path.Combine("out", expected[..10], run.ToString()), OutputExport.TargetOf(job, run), StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_ZoneThatThisMachineDoesNotKnow_IsRefusedWithItsName()
    {
        var job = Job("UTC") with { Schedule = new Schedule("0 0 2 * * ?", "Europe/Atlantis", MisfirePolicy.Skip, OverlapPolicy.Skip) };
        var refused = Assert.Throws<BadInputException>(() => InputPatterns.Fill("{date}", job, new RunId("z", DateTimeOffset.UnixEpoch)));
        Assert.Equal("'Europe/Atlantis'", refused.Seen);
    }

    private ScoringJob Job(string? zone)
    {
        File.WriteAllText(_folder["job.yaml"], "name: z\ninput: in.parquet\nkey: id\nmodel: m.onnx\noutput: out/{date}\n"
            + (zone is null ? "" : $"schedule: {{ cron: 0 0 2 * * ?, timeZone: {zone} }}\n"));
        return JobFile.Load(_folder["job.yaml"]);
    }
}
