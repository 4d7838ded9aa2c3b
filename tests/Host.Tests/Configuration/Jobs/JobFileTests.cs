using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.TestKit.Amounts;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Configuration.Jobs;

public sealed class JobFileTests : IDisposable
{
    private const string Smallest = "name: j\ninput: in/*.parquet\nkey: id\nmodel: m@champion\noutput: out\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Job_WithOnlyRequiredKeys_TakesDomainDefaultsAndFullPaths()
    {
        var job = Load(Smallest);
        Assert.Equal([_folder["in/*.parquet"]], job.Inputs);
        Assert.Equal(_folder["out"], job.OutputDirectory);
        Assert.Equal(new ModelReference.ByAlias("m", "champion"), job.Model);
        Assert.Equal(RejectBudget.Default, job.Rejects);
        Assert.Equal(DriftRule.Default, job.Drift);
        Assert.Equal(ServingContract.Default("j"), job.Serving);
        Assert.Equal((ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, 0), (job.UnitRows, job.CheckpointRows, job.Workers));
        Assert.Null(job.Features);
        Assert.Null(job.Schedule);
        Assert.Null(job.Deadline);
        Assert.Null(job.Budget);
    }

    [Fact]
    public void Job_OfTheDemo_ReadsWithItsFeatures()
    {
        var job = JobFile.Load(Path.Combine(Repository.Root, "config/jobs/customer-value.yaml"));
        Assert.Equal(28, job.Features!.FeatureNames.Count);
        Assert.Equal(new Schedule("0 0 2 * * ?", "UTC", MisfirePolicy.RunLatest, OverlapPolicy.Queue), job.Schedule);
        Assert.Equal(TimeSpan.FromHours(4), job.Deadline);
        Assert.Equal(Money.Usd(5), job.Budget);
        Assert.Equal(new ServingContract("churn", TimeSpan.FromHours(36), 0.55, true, 64, TimeSpan.FromMilliseconds(250)), job.Serving);
        Assert.True(File.Exists(job.Model.ToString()));
    }

    [Theory]
    [InlineData("badget: 5.00 USD", ":6:1 (key 'badget')", "Did you mean 'budget'?")]
    [InlineData("quality: { rejects: { maxRow: 5 } }", ":6:23 (key 'quality.rejects.maxRow')", "Did you mean 'maxRows'?")]
    [InlineData("deadline: 24 hours", ":6:11 (key 'deadline')", "a duration such as")]
    [InlineData("budget: 5", ":6:9 (key 'budget')", "5.00 USD")]
    [InlineData("budget: 5.00 dollars", ":6:9 (key 'budget')", "5.00 USD")]
    [InlineData("workers: many", ":6:10 (key 'workers')", "a whole number from 0 to 1024")]
    [InlineData("workers: -1", ":6:10 (key 'workers')", "a whole number from 0 to 1024")]
    [InlineData("workerMode: childprocess", ":6:13 (key 'workerMode')", "Did you mean 'childProcess'?")]
    [InlineData("schedule: { cron: '0 2 * * *' }", ":6:19 (key 'schedule.cron')", "5 fields")]
    [InlineData("schedule: { cron: 0 0 25 * * ? }", ":6:19 (key 'schedule.cron')", "'25' as hour")]
    [InlineData("schedule: { timeZone: UTC }", "(key 'schedule.cron')", "no such key")]
    [InlineData("schedule: { cron: 0 0 2 * * ?, timeZone: Mars/Olympus }", "(key 'schedule.timeZone')", "'Mars/Olympus'")]
    [InlineData("serving: { minConfidence: 1.5 }", "(key 'serving.minConfidence')", "a number from 0 to 1")]
    [InlineData("features: { a: 1 }", ":6:11 (key 'features')", "a features file or a list")]
    [InlineData("features: [age, age]", ":6:17 (key 'features')", "'age' a second time")]
    [InlineData("features: [{ name: a, steps: [{ hashBuckets: { buckets: 4 } }] }]", "(key 'features[].steps')", "Did you mean 'hashBucket'?")]
    [InlineData("key: other", ":6:1 (key 'key')", "it is on line 3 too")]
    public void Job_WithOneFault_NamesPlaceAndRemedy(string line, string place, string said)
    {
        var failure = Assert.Throws<BadInputException>(() => Load(Smallest + line + "\n"));
        Assert.Contains(place, failure.Place, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_WithManyFaults_NamesAllOfThem()
    {
        var failure = Assert.Throws<BadInputException>(() => Load("name: 'a b'\ninput: []\nkee: id\noutput: out\ndeadline: soon\n"));
        foreach (var part in new[] { ":1:", "(key 'name')", "a list of 0", "(key 'key')", "(key 'model')", "'kee'", "Did you mean 'key'?", "(key 'deadline')" })
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [1, 2", "YAML")]
    [InlineData("- a\n- b", "keys and values")]
    [InlineData("a: &x 1", "anchor")]
    [InlineData("a: *x", "alias")]
    [InlineData("name: !!str 5", "the tag 'tag:yaml.org,2002:str'")]
    [InlineData("input: !glob [a, b]", "the tag '!glob'")]
    [InlineData("quality: ! { duplicateKeys: fail }", "the tag '!'")]
    [InlineData("a: 1\n---\nb: 2", "second document")]
    public void Job_ThatIsNoPlainYaml_IsRefusedWithItsLine(string text, string said)
    {
        var failure = Assert.Throws<BadInputException>(() => Load(text));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.Contains("job.yaml:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_ThatIsMissing_NamesThePath() =>
        Assert.Contains("nowhere.yaml", Assert.Throws<BadInputException>(() => JobFile.Load("nowhere.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void JobFolder_WithTheSameNameTwice_NamesBothFiles()
    {
        File.WriteAllText(_folder["a.yaml"], Smallest);
        File.WriteAllText(_folder["b.yaml"], Smallest);
        var folder = new JobFolder(_folder.Path);
        Assert.True(folder.ReadIfChanged());
        var failure = Assert.Single(Assert.Single(folder.Broken).Problems);
        Assert.Contains("a.yaml", failure.Message, StringComparison.Ordinal);
        Assert.Contains("b.yaml", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JobFolder_WithTheSameServingNameTwice_NamesBothFiles()
    {
        File.WriteAllText(_folder["a.yaml"], Smallest);
        File.WriteAllText(_folder["b.yaml"], Smallest.Replace("name: ", "name: other-", StringComparison.Ordinal)
            + $"\nserving: {{ name: {JobFile.Load(_folder["a.yaml"]).Name}, formerJob: x }}");
        var failure = OnlyProblemOf(_folder.Path);
        Assert.Contains("serving.name", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a.yaml", failure.Message, StringComparison.Ordinal);
        var findings = JobFile.Check([_folder["a.yaml"], _folder["b.yaml"]]);
        Assert.Empty(findings[0].Problems);
        Assert.Contains("b.yaml", Assert.Single(findings[1].Problems).Message, StringComparison.Ordinal);
        Assert.Equal("x", JobFile.Load(_folder["b.yaml"]).Serving.FormerJob);
    }

    private static BadInputException OnlyProblemOf(string directory)
    {
        var folder = new JobFolder(directory);
        Assert.True(folder.ReadIfChanged());
        return Assert.Single(Assert.Single(folder.Broken).Problems);
    }

    private ScoringJob Load(string text)
    {
        var path = _folder["job.yaml"];
        File.WriteAllText(path, text);
        return JobFile.Load(path);
    }
}
