using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Decides what a run takes over from the base, and cuts the rest into shards. Pure.</summary>
internal static class ReuseChoice
{
    /// <summary>What of the base can be used, before capacity is chosen.</summary>
    /// <returns>The plan without its carried shards, and these in manifest order, their indexes still those of the base.</returns>
    public static (RunReuse Reuse, IReadOnlyList<(CarriedShard Carried, Shard Shard)> Carried) Choose(PlanRequest request)
    {
        if (!request.Job.ReusesUnchanged)
            return (RunReuse.None("a full run was asked for", request.ModelNanoseconds), []);
        switch (request.Base)
        {
            case BaseAnswer.None none:
                return (RunReuse.None(none.Reason, request.ModelNanoseconds), []);
            case BaseAnswer.Found found when WhyNoRow(found.Run.Plan, request) is { } why:
                return (RunReuse.None($"run {found.Run.Plan.Run} cannot be the base: {why}", request.ModelNanoseconds), []);
            case BaseAnswer.Found found when found.Run.Plan.Model.Digest != request.Prepared.Model.Digest:
                return (GoOn(found.Run, request), []);
            case BaseAnswer.Found found:
                var (compares, rowsReason) = ComparesRows(request.ModelNanoseconds, "the model costs", PlanLimits.MinModelNanosecondsToCompare);
                var whyNoFile = found.Run.WhyNoFile ?? WhyNoFile(found.Run.Plan, request);
                var carried = whyNoFile is null ? UnchangedShards.Find(found.Run, request.Prepared.Manifest) : [];
                var reason = "the snapshot that is served, of the same model and features"
                    + (whyNoFile is null ? "" : $"; no file is carried over whole: {whyNoFile}");
                var full = found.Run.Plan.Reuse.FullRun ?? found.Run.Plan.Run;
                return (new RunReuse(found.Run.Plan.Run, found.Run.Snapshot, reason, compares, rowsReason, request.ModelNanoseconds, full, [], false),
                    carried);
            default:
                throw new InvariantBrokenException("a base is found or not", request.Base.GetType().Name);
        }
    }

    // The base's model has fewer trees. Its files are read all the same: every prediction changes.
    private static RunReuse GoOn(BaseRun before, PlanRequest request)
    {
        var growth = (ModelGrowth.Grown)request.Growth;
        var grown = new GrownModel(before.Plan.Model, growth.ParentTrees, growth.Trees, growth.Common);
        var (compares, rowsReason) =
            ComparesRows(request.ModelNanoseconds.Map(ns => ns * grown.SparedShare),
            FormattableString.Invariant($"the first {grown.ParentTrees:N0} of {grown.Trees:N0} trees cost"), PlanLimits.MinTreesNanosecondsToGoOn);
        if (!compares)
            return RunReuse.None($"run {before.Plan.Run} is no base: {rowsReason}", request.ModelNanoseconds);
        var reason = $"the snapshot that is served, of {grown.Parent}, to which this model only appends trees: of unchanged rows "
            + FormattableString.Invariant($"{grown.Trees - grown.ParentTrees:N0} of {grown.Trees:N0} are scored");
        return new RunReuse(before.Plan.Run, before.Snapshot, reason, true, rowsReason, request.ModelNanoseconds, before.Plan.Reuse.FullRun
            ?? before.Plan.Run, [], false)
        { Grown = grown };
    }

    /// <summary>The shards of the plan: the carried ones and the cuts of the rest, numbered in manifest order.</summary>
    public static (IReadOnlyList<Shard> Shards, RunReuse Reuse) Cut(PlanRequest request, RunReuse reuse,
        IReadOnlyList<(CarriedShard Carried, Shard Shard)> carried, int workers)
    {
        var rest = ShardCuts.Cut(ShardCuts.GroupsOf(request.Prepared.Manifest, carried.Select(c => c.Shard)), Aim(request, carried, workers));
        var all = carried.Select(c => (Carried: (CarriedShard?)c.Carried, c.Shard)).Concat(rest.Select(s => (Carried: (CarriedShard?)null, Shard: s)))
            .OrderBy(s => s.Shard.Ranges[0].FileIndex).ThenBy(s => s.Shard.Ranges[0].FromRowGroup).ToList();
        var kept = all.Select((s, index) => s.Carried is null ? null : s.Carried with { Index = index }).OfType<CarriedShard>().ToList();
        var before = (request.Base as BaseAnswer.Found)?.Run.Plan;
        var keepsSegments = kept.Count > 0 && kept.Count == all.Count && before!.Shards.Count == kept.Count
            && before.Job.DuplicateKeys == request.Job.DuplicateKeys;
        return ([.. all.Select((s, index) => s.Shard with { Index = index })], reuse with { Carried = kept, KeepsSegments = keepsSegments });
    }

    /// <summary>How many shards the rest is cut into.</summary>
    public static int Aim(PlanRequest request, IReadOnlyList<(CarriedShard Carried, Shard Shard)> carried, int workers) =>
        ShardCuts.Aim(request.Prepared.Manifest.Rows - carried.Sum(c => c.Shard.Rows),
            request.Job is { WorkerMode: WorkerMode.Elsewhere, Workers: 0 } ? Math.Max(workers, PlanLimits.WorkersElsewhere) : workers,
            request.Job.UnitRows, request.Job.CheckpointRows);

    /// <summary>The rows by which profiles are sampled: those of the base while its shards are carried, else the manifest's own.</summary>
    public static long ProfiledRows(PlanRequest request, RunReuse reuse) =>
        reuse.Carried.Count > 0 && request.Base is BaseAnswer.Found found ? found.Run.Plan.ProfiledRows : request.Prepared.Manifest.Rows;

    // What must be equal so that the same features give the same bits; null means all of it is.
    private static string? WhyNoRow(RunPlan before, PlanRequest request)
    {
        var now = request.Prepared;
        if (before.Model.Digest != now.Model.Digest && WhyNotGrown(before, request) is { } why)
            return $"it used another model ({before.Model}): {why}";
        if (before.Features.ContentHash != now.Features.ContentHash)
            return "its features were computed otherwise";
        if (before.Arithmetic.Length == 0 || before.Arithmetic != now.Arithmetic)
            return $"its predictions were computed by '{before.Arithmetic}', these are by '{now.Arithmetic}', and the two may round differently";
        if (before.KeyKind != now.KeyKind)
            return $"its keys are {before.KeyKind}, these {now.KeyKind}";
        if (before.KeptSums != now.KeptSums)
            return string.Create(CultureInfo.InvariantCulture, $"its snapshot keeps {before.KeptSums} sums a row, this one {now.KeptSums}");
        return StoredJson.Write(before.Outputs) == StoredJson.Write(now.Outputs) ? null : "it has other outputs";
    }

    // A model with more trees can go on from the base's sums where these are known to the bit.
    private static string? WhyNotGrown(RunPlan before, PlanRequest request) => request.Growth switch
    {
        ModelGrowth.Another another => another.Reason,
        _ when before.KeptSums == 0 && !request.Prepared.SumsAreOutputs =>
            "this one only appends trees, but the sums of the first ones were not kept (keepSums: true in the job keeps them)",
        _ => null,
    };

    // What must be equal beside so that output files, run files and profiles of the base are those that this run would write.
    private static string? WhyNoFile(RunPlan before, PlanRequest request)
    {
        var (was, job) = (before.Job, request.Job);
        if (before.Model != request.Prepared.Model)
            return $"its output names the model {before.Model}";
        if (was.KeyColumn != job.KeyColumn || !was.CarriedColumns.SequenceEqual(job.CarriedColumns))
            return "its output has other columns";
        if (OtherColumn(before.Manifest, request.Prepared.Manifest, job.CarriedColumns.Append(job.KeyColumn)) is { } other)
            return $"its output has another type of column {other}";
        if (OtherKind(before.Manifest, request.Prepared.Manifest, request.Prepared.Features.SourceColumns) is { } read)
            return $"it read column {read} as another kind";
        if (before.PartitionCount != RunPlanner.PartitionsFor(request.Prepared.Manifest.Rows))
            return string.Create(CultureInfo.InvariantCulture,
                $"it has {before.PartitionCount} partitions, this run needs {RunPlanner.PartitionsFor(request.Prepared.Manifest.Rows)}");
        if (SamplesTooFarApart(before.ProfiledRows, request.Prepared.Manifest.Rows))
            return string.Create(CultureInfo.InvariantCulture,
                $"its profiles counted one block of rows out of {ProfileSampling.OneInFor(before.ProfiledRows)}, too far from what this run's rows ask for");
        return StoredJson.Write(before.ProfileEdges) == StoredJson.Write(RunPlanner.Sorted(request.Prepared.ProfileEdges)) ? null
            : "its profiles have other bins";
    }

    // A column's type and whether it is nullable come from all files, so a file that is added can change them for those that are not.
    private static string? OtherColumn(InputManifest before, InputManifest now, IEnumerable<string> copied)
    {
        var (was, column) = (Types(before), Types(now));
        return copied.FirstOrDefault(name => was.GetValueOrDefault(name) != column.GetValueOrDefault(name));
    }

    // A part of a path that was a number is a text as soon as one of them is none, and "01" is not "1" then.
    private static string? OtherKind(InputManifest before, InputManifest now, IEnumerable<string> read)
    {
        var (was, column) = (Types(before), Types(now));
        return read.FirstOrDefault(name => was.GetValueOrDefault(name).Kind != column.GetValueOrDefault(name).Kind);
    }

    private static Dictionary<string, (ColumnKind Kind, bool IsNullable, StoredType? Stored)> Types(InputManifest manifest) =>
        manifest.Columns.DistinctBy(c => c.Name, StringComparer.Ordinal)
            .ToDictionary(c => c.Name, c => (c.Kind, c.IsNullable, c.Stored), StringComparer.Ordinal);

    // A table grows and shrinks every night; the sample stays what it was until it would be twice too large or too small.
    private static bool SamplesTooFarApart(long before, long now) =>
        ProfileSampling.OneInFor(before) > 2 * ProfileSampling.OneInFor(now) || ProfileSampling.OneInFor(now) > 2 * ProfileSampling.OneInFor(before);

    private static (bool Compares, string Reason) ComparesRows(Measured<double> cost, string what, double least)
    {
        if (!cost.TryGet(out var nanoseconds))
            return (false, $"rows are not looked up: what the model costs is not measured ({cost.Reason})");
        return nanoseconds < least
            ? (false, string.Create(CultureInfo.InvariantCulture,
                $"rows are not looked up: {what} {nanoseconds:0} ns a row, and looking up pays from {least:0} ns"))
            : (true, string.Create(CultureInfo.InvariantCulture,
                $"rows are looked up: {what} {nanoseconds:0} ns a row, and looking up pays from {least:0} ns"));
    }
}
