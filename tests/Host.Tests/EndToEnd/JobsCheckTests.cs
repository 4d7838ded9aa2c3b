using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class JobsCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_OfTheDemosJob_IsFineAndTouchesNothing()
    {
        var job = Path.Combine(Repository.Root, "config/jobs/customer-value.yaml");
        var run = await ProgramRun.RunAsync("jobs", "check", job, "--data", _folder["data"]);
        run.MustEnd(0);
        Assert.Matches("^fine +.*customer-value.yaml: job customer-value\n$", run.Output.ReplaceLineEndings("\n"));
        Assert.False(Directory.Exists(_folder["data"]), "a check opens no database");
    }

    [Fact]
    public async Task Check_OfManyFiles_ListsEveryProblemOfEachWithItsPlace()
    {
        var fine = Write("fine.yaml", "name: a\ninput: i\nkey: k\nmodel: m@x\noutput: o\n");
        var bad = Write("bad.yaml", "name: b\ninput: []\nkey: k\nmodel: m@x\noutput: o\nfeatures: f.yaml\nbadget: 1\n");
        Write("f.yaml", "features: [{ name: x, steps: [{ clip: { min: 1 } }, log2p] }]\n");
        var same = Write("same.yaml", "name: a\ninput: i\nkey: k\nmodel: m@x\noutput: o\n");
        var run = await ProgramRun.RunAsync("jobs", "check", fine, bad, same, _folder["nowhere.yaml"]);
        run.MustEnd(1);
        foreach (var said in new[]
        {
            "bad.yaml:2:8 (key 'input')", "bad.yaml:7:1 (key 'badget')", "Did you mean 'budget'?", "f.yaml:1:39 (key 'features[].steps.clip.max')",
            "Did you mean 'log1p'?", "job 'a'", "fine.yaml has it too", "nowhere.yaml: found no file", "bad.yaml: 4 problems",
        })
            Assert.Contains(said, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfACronThatNeverFires_IsAProblemWithItsPlace()
    {
        var never = Write("never.yaml", "name: b\ninput: i\nkey: k\nmodel: m@x\noutput: o\nschedule: { cron: 0 0 2 30 2 ? }\n");
        var run = await ProgramRun.RunAsync("jobs", "check", never);
        run.MustEnd(1);
        Assert.Contains("never.yaml:6:19 (key 'schedule.cron')", run.Output, StringComparison.Ordinal);
        Assert.Contains("never fires", run.Output, StringComparison.Ordinal);
        (await ProgramRun.RunAsync("plan", never, "--data", _folder["data"])).MustRefuse("never.yaml:6:19", "never fires");
    }

    [Fact]
    public async Task Check_WithJson_IsOneDocument()
    {
        var bad = Write("bad.yaml", "name: b\ninput: i\nkey: k\nmodel: !!str m@x\noutput: o\n");
        var run = await ProgramRun.RunAsync("jobs", "check", bad, "--json");
        run.MustEnd(1);
        var file = Assert.Single(run.Json().EnumerateArray());
        Assert.False(file.GetProperty("isFine").GetBoolean());
        var problem = Assert.Single(file.GetProperty("problems").EnumerateArray());
        Assert.EndsWith("bad.yaml:4:8", problem.GetProperty("place").GetString(), StringComparison.Ordinal);
        Assert.Contains("the tag", problem.GetProperty("seen").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfNothing_IsWrongUsage() => (await ProgramRun.RunAsync("jobs", "check")).MustRefuse("error:", "jobs check --help");

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
