using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>Reads a job from its YAML file. Strict: an unknown key, a wrong type or a missing key is an error that names file, line and column; all of a
/// file's problems come together. Stateless, thread-safe.</summary>
/// <remarks>Relative paths are resolved against the folder of the job file. The keys are documented in docs/jobs.md and config/job.schema.json.</remarks>
public static class JobFile
{
    /// <summary>The most workers of a job.</summary>
    public const int MaxWorkers = 1024;

    /// <summary>Reads the job.</summary>
    /// <param name="path">The YAML file.</param>
    /// <returns>The job with full paths; features that stand in a file of their own are read too.</returns>
    /// <exception cref="BadInputException">The file, or the features file it names, is missing or has problems.</exception>
    public static ScoringJob Load(string path)
    {
        var problems = new ConfigProblems(path);
        return Read(YamlText.ReadFile(path, problems), Path.GetDirectoryName(Path.GetFullPath(path))!, problems);
    }

    /// <summary>Reads every "*.yaml" and "*.yml" of a folder, sorted by file name; a missing folder has none.</summary>
    /// <exception cref="BadInputException">A file has problems, or two files name the same job.</exception>
    public static IReadOnlyList<ScoringJob> LoadAll(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        var files = Directory.EnumerateFiles(directory)
            .Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        var jobs = new Dictionary<string, (string File, ScoringJob Job)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var job = Load(file);
            if (!jobs.TryAdd(job.Name, (file, job)))
                throw new BadInputException(file, $"job '{job.Name}'", "each job's name once", $"{jobs[job.Name].File} has it too; rename one of the two.");
        }
        return [.. jobs.Values.Select(j => j.Job)];
    }

    /// <summary>Reads a job from nodes; used with a recorder of keys by the test that compares parser and schema.</summary>
    internal static ScoringJob Read(YamlNode.Mapping root, string folder, ConfigProblems problems)
    {
        var job = new SectionReader(root, "", problems);
        var name = Name(job, "name", job.RequiredText("name", "the job's name"));
        var inputs = job.Texts("input");
        if (job.Find("input") is null)
            job.Missing("input", "a path or glob of Parquet files, or a list of them");
        if (job.Find("input") is YamlNode.Sequence { Items.Count: 0 } none)
            job.Wrong("input", none, "a path or glob of Parquet files, or a list of them", "Name the files to score.");
        var output = job.RequiredText("output", "the folder for the Parquet output");
        var quality = job.Section("quality");
        var result = new ScoringJob(
            name,
            [.. inputs.Select(i => Resolve(folder, i))],
            job.RequiredText("key", "the column whose value names a prediction"),
            job.Texts("carry"),
            Model(job, folder),
            Features(job, folder),
            Resolve(folder, output),
            (int)job.Integer("workers", 0, 0, MaxWorkers),
            job.Choice("workerMode", WorkerMode.InProcess),
            (int)job.Integer("unitRows", ScoringJob.DefaultUnitRows, 1, 1 << 24),
            (int)job.Integer("checkpointRows", ScoringJob.DefaultCheckpointRows, 1, int.MaxValue),
            Rejects(quality),
            quality.Choice("duplicateKeys", DuplicateKeyPolicy.Fail),
            Drift(quality),
            Serving(job, name),
            Schedule(job),
            job.Duration("deadline", null),
            job.Amount("budget"),
            job.Text("owner") ?? "")
        {
            ReusesUnchanged = job.Flag("reuseUnchanged", true),
            KeepsSums = job.Flag("keepSums", false),
        };
        quality.RefuseUnknownKeys();
        job.RefuseUnknownKeys();
        problems.ThrowIfAny();
        return result;
    }

    private static ModelReference Model(SectionReader job, string folder)
    {
        var text = job.RequiredText("model", "name@alias, name:version or a path to an .onnx file");
        var none = new ModelReference.ByFile("");
        if (text.Length == 0)
            return none;
        try
        {
            return ModelReference.Parse(text, job.PathOf("model")) is var reference and not ModelReference.ByFile ? reference
                : new ModelReference.ByFile(Resolve(folder, text));
        }
        catch (BadInputException e)
        {
            job.Wrong("model", job.Find("model")!, e.Expected, e.Remedy);
            return none;
        }
    }

    private static FeatureSpec? Features(SectionReader job, string folder)
    {
        switch (job.Find("features"))
        {
            case null:
                return null;
            case YamlNode.Sequence list:
                return FeatureListReader.Read(list, job.PathOf("features"), job.Problems);
            case YamlNode.Scalar file:
                try
                {
                    return FeaturesFile.Load(Resolve(folder, file.Text));
                }
                catch (BadInputException e)
                {
                    job.Problems.Add(file, job.PathOf("features"), $"a features file with a problem ({e.Place}: {e.Seen})", e.Expected, e.Remedy);
                    return null;
                }
            case var other:
                job.Wrong("features", other, "a features file or a list of features", "Write 'features: features.yaml' or a list.");
                return null;
        }
    }

    private static RejectBudget Rejects(SectionReader quality)
    {
        var rejects = quality.Section("rejects");
        var budget = new RejectBudget(
            rejects.Integer("maxRows", RejectBudget.Default.MaxRows, 0, long.MaxValue),
            rejects.Number("maxShare", RejectBudget.Default.MaxShare, 0, 1)!.Value);
        rejects.RefuseUnknownKeys();
        return budget;
    }

    private static DriftRule Drift(SectionReader quality)
    {
        var drift = quality.Section("drift");
        var preset = DriftRule.Default;
        var gate = new DriftRule(
            drift.Choice("action", preset.Action),
            drift.Number("maxPsi", preset.MaxPsi, 0, 1000)!.Value,
            drift.Number("maxKs", preset.MaxKs, 0, 1)!.Value,
            drift.Number("maxMissingShareChange", preset.MaxMissingShareChange, 0, 1)!.Value,
            drift.Integer("minRows", preset.MinRows, 1, long.MaxValue),
            drift.Parsed("baseline", preset.Baseline, "previous, first or a run id (job_20261123T020000Z)", text => (IsBaseline(text), text)));
        drift.RefuseUnknownKeys();
        return gate;
    }

    private static ServingContract Serving(SectionReader job, string name)
    {
        var serving = job.Section("serving");
        var preset = ServingContract.Default(name);
        var contract = new ServingContract(
            Name(serving, "name", serving.Text("name") ?? name),
            serving.Duration("maxAge", preset.MaxAge),
            serving.Number("minConfidence", preset.MinConfidence, 0, 1),
            serving.Flag("realtime", preset.Realtime),
            (int)serving.Integer("maxConcurrentRealtime", preset.MaxConcurrentRealtime, 1, 65_536),
            serving.Duration("realtimeDeadline", preset.RealtimeDeadline)!.Value);
        serving.RefuseUnknownKeys();
        return contract;
    }

    private static Schedule? Schedule(SectionReader job)
    {
        var isGiven = job.Find("schedule") is not null;
        var schedule = job.Section("schedule");
        var cron = schedule.Text("cron");
        if (isGiven && schedule.Find("cron") is null)
            schedule.Missing("cron", CronText.Expected);
        if (cron is not null && CronText.ProblemOf(cron) is { } problem)
            job.Problems.Add(schedule.Find("cron")!, schedule.PathOf("cron"), $"'{cron}' with {problem}", CronText.Expected,
                "Start with the seconds; write '?' in one of the two day fields.");
        var result = new Schedule(
            cron ?? "",
            schedule.Parsed("timeZone", "UTC", "an IANA time zone such as UTC or Europe/Berlin", text =>
                (TimeZoneInfo.TryFindSystemTimeZoneById(text, out _), text)),
            schedule.Choice("misfire", MisfirePolicy.RunLatest),
            schedule.Choice("overlap", OverlapPolicy.Queue));
        schedule.RefuseUnknownKeys();
        return isGiven ? result : null;
    }

    private static string Name(SectionReader section, string key, string name)
    {
        if (name.Length == 0 || RunId.IsName(name))
            return name;
        section.Wrong(key, section.Find(key) ?? section.Node, "1 to 100 letters, digits, '.', '-' or '_'", "Names stand in URLs and file names.");
        return name;
    }

    private static bool IsBaseline(string text)
    {
        if (text is "previous" or "first")
            return true;
        try
        {
            RunId.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string Resolve(string folder, string path) => path.Length == 0 ? path : Path.GetFullPath(Path.Combine(folder, path));
}
