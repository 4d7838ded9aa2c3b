using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Makes the plan of a run: a pure function, so that equal requests give equal plans byte for byte. Safe for any number of threads.</summary>
internal static class RunPlanner
{
    /// <summary>Plans a run, or refuses with the first rule of <see cref="PlanRefusal"/> that speaks against it.</summary>
    /// <param name="asked">Everything the plan depends on.</param>
    public static PlanOutcome Plan(PlanRequest asked)
    {
        var request = UnderCeiling(asked);
        var manifest = request.Prepared.Manifest;
        if (manifest.Rows == 0)
            return Refuse(PlanRefusal.NoRows,
                $"{manifest.Files.Count} file(s) match {string.Join(", ", request.Job.Inputs)} and hold no row. "
                + "Check the input's path and the job that writes it.");
        if (request.PlannedBefore is { } before && Change(before, manifest) is { } change)
            return Refuse(PlanRefusal.InputChanged,
                $"{change} since run {request.Run} was planned. Restore the input with its modification time (cp -p), or start a run at another instant.");
        var (reuse, carried) = ReuseChoice.Choose(request);
        var (chosen, rejected, why) = CapacityChoice.Choose(request, carried);
        if (chosen is null)
            return new PlanOutcome.Refused(why, Explain(why, request.Job, rejected), rejected);
        (var shards, reuse) = ReuseChoice.Cut(request, reuse, carried, chosen.Workers);
        return new PlanOutcome.Planned(new RunPlan(
            request.Run, request.Job, request.Prepared.Model, request.Prepared.ModelArtifact, request.Prepared.Features, manifest,
            shards, request.Job.UnitRows, PartitionsFor(manifest.Rows), Sorted(request.Prepared.ProfileEdges), chosen, rejected)
        {
            Outputs = request.Prepared.Outputs,
            KeptSums = request.Prepared.KeptSums,
            KeyKind = request.Prepared.KeyKind,
            Arithmetic = request.Prepared.Arithmetic,
            Reuse = reuse,
            ProfiledRows = ReuseChoice.ProfiledRows(request, reuse),
        });
    }

    /// <summary>What differs between two inputs, in words with the first file concerned; null means nothing.</summary>
    public static string? Change(InputManifest before, InputManifest now)
    {
        if (before.Digest == now.Digest)
            return null;
        var old = before.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (var file in now.Files)
        {
            if (!old.Remove(file.Path, out var was))
                return $"The input file {file.Path} was added";
            if (was.Rows != file.Rows)
                return string.Create(CultureInfo.InvariantCulture, $"The input file {file.Path} changed from {was.Rows} to {file.Rows} rows");
            if (was.ContentTag != file.ContentTag || was.Bytes != file.Bytes
                || !was.RowGroups.Select(g => g.Rows).SequenceEqual(file.RowGroups.Select(g => g.Rows)))
                return $"The content of the input file {file.Path} changed";
        }
        return old.Count > 0 ? $"The input file {old.Keys.Order(StringComparer.Ordinal).First()} was removed" : "The order of the input files changed";
    }

    /// <summary>The smallest power of two that keeps a partition at about <see cref="PlanLimits.KeysPerPartition"/> keys.</summary>
    public static int PartitionsFor(long rows)
    {
        var partitions = 1;
        while (partitions < PlanLimits.MaxPartitions && rows > partitions * PlanLimits.KeysPerPartition)
            partitions *= 2;
        return partitions;
    }

    // The units of a run never change once it is planned, so a ceiling cuts them here, and the workers with them.
    private static PlanRequest UnderCeiling(PlanRequest asked) => asked with
    {
        Job = asked.Job with
        {
            UnitRows = Math.Min(asked.Job.UnitRows, asked.Prepared.MaxUnitRows),
            Workers = Math.Min(asked.Job.Workers, asked.Prepared.MaxWorkers)
        },
        Offers = [.. asked.Offers.Select(o => o with { MaxWorkers = Math.Min(o.MaxWorkers, asked.Prepared.MaxWorkers) })],
    };

    private static PlanOutcome.Refused Refuse(PlanRefusal why, string reason) => new(why, reason, []);

    private static string Explain(PlanRefusal why, ScoringJob job, IReadOnlyList<PlanOption> options)
    {
        var best = options.Count == 0 ? "" : $" Best option: {options[0].Workers} worker(s) on {options[0].Offering}: {options[0].Verdict}.";
        return why switch
        {
            PlanRefusal.NoCapacity => $"No capacity is offered for job {job.Name}. Check the capacity section of the configuration.",
            PlanRefusal.DeadlineImpossible => $"No capacity ends before the deadline of job {job.Name}.{best} Allow more workers, or a later deadline.",
            PlanRefusal.OverBudget => $"No capacity keeps the budget of job {job.Name}.{best} Raise the budget, or score fewer rows.",
            _ => throw new InvariantBrokenException("only capacity rules refuse here", why.ToString()),
        };
    }

    /// <summary>In the order in which a plan keeps them.</summary>
    internal static SortedDictionary<string, BinEdges> Sorted(IReadOnlyDictionary<string, BinEdges> edges)
    {
        var sorted = new SortedDictionary<string, BinEdges>(StringComparer.Ordinal);
        foreach (var (name, bins) in edges)
            sorted.Add(name, bins);
        return sorted;
    }
}
