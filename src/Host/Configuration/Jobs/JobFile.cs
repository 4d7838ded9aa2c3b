using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>Reads a job from its YAML file. Strict: an unknown key, a wrong type or a missing key is an error that names file, line and column; all of a
/// file's problems come together.</summary>
/// <remarks>Relative paths are resolved against the folder of the job file. The keys are described in <see cref="JobKeys"/>.</remarks>
public static class JobFile
{
    /// <summary>Reads the job.</summary>
    /// <param name="path">The YAML file.</param>
    /// <returns>The job with full paths; features that stand in a file of their own are read too.</returns>
    /// <exception cref="BadInputException">The file, or the features file it names, is missing or has problems.</exception>
    public static ScoringJob Load(string path)
    {
        var problems = new ConfigProblems(path);
        var job = Gather(path, problems);
        problems.ThrowIfAny();
        return job;
    }

    /// <summary>Everything that is wrong with the files, each by itself and beside the others; empty means that each of them can be run.</summary>
    /// <param name="paths">Job files.</param>
    public static IReadOnlyList<JobFileFindings> Check(IReadOnlyList<string> paths)
    {
        var names = new JobNames();
        return [.. paths.Select(path => Check(path, names))];
    }

    /// <summary>Reads a job from nodes.</summary>
    internal static ScoringJob Read(YamlNode.Mapping root, string folder, ConfigProblems problems)
    {
        var job = Gather(root, folder, problems);
        problems.ThrowIfAny();
        return job;
    }

    private static ScoringJob Gather(string path, ConfigProblems problems) =>
        Gather(YamlText.ReadFile(path, problems), Path.GetDirectoryName(Path.GetFullPath(path))!, problems);

    // Problems are recorded; what cannot be read is harmless.
    private static ScoringJob Gather(YamlNode.Mapping root, string folder, ConfigProblems problems)
    {
        var job = new SectionReader(JobKeys.File, root, "", problems);
        var name = job.Read(JobKeys.Name);
        var quality = job.Section(QualityKeys.Section);
        return new ScoringJob(
            name,
            [.. job.Read(JobKeys.Input).Select(i => Place(job, JobKeys.Input, folder, i))],
            job.Read(JobKeys.KeyColumn),
            job.Read(JobKeys.Carry),
            Model(job, folder),
            Features(job, folder),
            Place(job, JobKeys.Output, folder, job.Read(JobKeys.Output)),
            job.Read(JobKeys.Workers),
            job.Read(JobKeys.WorkerMode),
            job.Read(JobKeys.UnitRows),
            job.Read(JobKeys.CheckpointRows),
            QualityKeys.ReadRejects(quality),
            quality.Read(QualityKeys.DuplicateKeys),
            QualityKeys.ReadDrift(quality),
            ServingKeys.Read(job, name),
            ScheduleKeys.Read(job),
            job.ReadOrNull(JobKeys.Deadline),
            job.ReadOrNull(JobKeys.Budget),
            job.ReadOrNull(JobKeys.Owner) ?? "")
        {
            ReusesUnchanged = job.Read(JobKeys.ReuseUnchanged),
            KeepsSums = job.Read(JobKeys.KeepSums),
            WaitsForInput = job.ReadOrNull(JobKeys.WaitForInput) ?? TimeSpan.Zero,
            MissingColumns = job.Read(JobKeys.MissingColumns),
            OnBudget = job.Read(JobKeys.OnBudget),
            AllowsChanges = quality.Read(QualityKeys.AllowChanges),
            Outputs = job.Read(JobKeys.Outputs),
            Retention = RetentionKeys.ReadOfJob(job),
        };
    }

    private static JobFileFindings Check(string path, JobNames names)
    {
        var problems = new ConfigProblems(path);
        try
        {
            var job = Gather(path, problems);
            string[] notes = job.Schedule is { Cron.Length: > 0 } schedule && CronWeekdays.NoteOf(schedule.Cron) is { } note ? [note] : [];
            return new JobFileFindings(path, job.Name, [.. problems.Found, .. names.Add(path, job)])
            {
                Notes = notes,
                Read = job,
                Named = problems.Named,
            };
        }
        catch (BadInputException e)
        {
            return new JobFileFindings(path, "", [.. problems.Found, e]) { Named = problems.Named };
        }
    }

    private static ModelReference Model(SectionReader job, string folder)
    {
        var text = job.Read(JobKeys.Model);
        var none = new ModelReference.ByFile("");
        if (text.Length == 0)
            return none;
        try
        {
            return ModelReference.Parse(text, job.PathOf(JobKeys.Model.Name)) is var reference and not ModelReference.ByFile ? reference
                : new ModelReference.ByFile(Resolve(folder, text));
        }
        catch (BadInputException e)
        {
            job.Wrong(JobKeys.Model, job.Find(JobKeys.Model)!, e.Expected, e.Remedy);
            return none;
        }
    }

    private static FeatureSpec? Features(SectionReader job, string folder)
    {
        switch (job.Find(JobKeys.Features))
        {
            case null:
                return null;
            case YamlNode.Sequence list:
                return FeatureListReader.Read(list, job.PathOf(JobKeys.Features.Name), job.Problems);
            case YamlNode.Scalar file:
                return FeaturesOf(file, Resolve(folder, file.Text), job);
            case var other:
                job.Wrong(JobKeys.Features, other, "a features file or a list of features", "Write 'features: features.yaml' or a list.");
                return null;
        }
    }

    // The problems of the features file come with those of the job, each with its own place.
    private static FeatureSpec? FeaturesOf(YamlNode.Scalar named, string path, SectionReader job)
    {
        var problems = new ConfigProblems(path);
        job.Problems.Names(path);
        try
        {
            var spec = FeaturesFile.Gather(YamlText.ReadFile(path, problems), problems);
            job.Problems.AddAll(named, problems.Found);
            return spec;
        }
        catch (BadInputException e)
        {
            job.Problems.AddAll(named, problems.Found);
            job.Problems.Add(named, job.PathOf(JobKeys.Features.Name), $"a features file with a problem ({e.Place}: {e.Seen})", e.Expected, e.Remedy);
            return null;
        }
    }

    // A path of this machine, or a URI; what is wrong with one is said in the words of the URI, for it may hold a password.
    private static string Place(SectionReader job, ConfigKey key, string folder, string text)
    {
        if (!ObjectUri.IsOne(text))
            return Resolve(folder, text);
        try
        {
            return ObjectUri.Parse(text, job.PathOf(key.Name)).ToString();
        }
        catch (BadInputException e)
        {
            job.PlaceOf(key).Refuse(job.Find(key)!, e.Seen, e.Expected, e.Remedy);
            return "";
        }
    }

    private static string Resolve(string folder, string path) => path.Length == 0 ? path : Path.GetFullPath(Path.Combine(folder, path));
}
