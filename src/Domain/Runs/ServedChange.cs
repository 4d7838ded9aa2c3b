namespace BatchEngine.Domain;

/// <summary>Whether applications that look up would meet something else than what serves now: keys of another type, or other outputs. Pure.</summary>
public static class ServedChange
{
    private const int MaxNamed = 5;

    /// <summary>What changed, in words without a full stop; null means nothing.</summary>
    /// <param name="serving">The snapshot that serves.</param>
    /// <param name="before">The plan of its run; null means that it is not known, and then only the kind of the keys is compared.</param>
    /// <param name="now">The plan of the run that would take its place.</param>
    public static string? Between(SnapshotInfo serving, RunPlan? before, RunPlan now)
    {
        if (serving.KeyKind != now.KeyKind)
            return $"its keys are {Words(now.KeyKind)}, those that serve are {Words(serving.KeyKind)}";
        if (before is not null && Key(before) is { Stored: { } was } old && Key(now) is { Stored: { } type } key && !type.HasTextsOf(was))
            return $"its keys are spelled otherwise: column '{key.Name}' is {key.PhysicalType}, that of what serves ('{old.Name}') is {old.PhysicalType}";
        return Outputs([.. serving.Outputs.Where(o => o.IsNamed)], [.. now.Outputs.Where(o => o.IsNamed)]);
    }

    private static InputColumn? Key(RunPlan plan) => plan.Manifest.Columns.FirstOrDefault(c => c.Name == plan.Job.KeyColumn);

    private static string? Outputs(IReadOnlyList<OutputColumn> served, IReadOnlyList<OutputColumn> now)
    {
        string[] gone = [.. served.Select(o => o.Name).Except(now.Select(o => o.Name), StringComparer.Ordinal)];
        if (gone.Length > 0)
            return $"it has no output {List(gone)}, which serve now";
        string[] added = [.. now.Select(o => o.Name).Except(served.Select(o => o.Name), StringComparer.Ordinal)];
        if (added.Length > 0)
            return $"it has outputs that do not serve now: {List(added)}";
        foreach (var (output, old) in now.Join(served, o => o.Name, o => o.Name, (output, old) => (output, old), StringComparer.Ordinal))
        {
            if (Words(output) != Words(old))
                return $"its output '{output.Name}' is {Words(output)}, the one that serves is {Words(old)}";
            if (!output.Labels.SequenceEqual(old.Labels, StringComparer.Ordinal))
                return $"its output '{output.Name}' has the labels {List(output.Labels)}, the one that serves {List(old.Labels)}";
        }
        return null;
    }

    private static string Words(KeyKind kind) => kind == KeyKind.Int64 ? "whole numbers" : "text";

    private static string Words(OutputColumn output) => output.Labels.Count > 0 ? "text" : output.Kind == OutputKind.Number ? "a number" : "a whole number";

    private static string List(IReadOnlyList<string> names) => string.Join(", ", names.Take(MaxNamed).Select(n => $"'{n}'"))
        + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : "");
}
