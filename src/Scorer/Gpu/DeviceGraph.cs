using BatchEngine.Scorer.Forests.Graph;


namespace BatchEngine.Scorer.Gpu;

/// <summary>Divides the steps before a forest between processor and device.</summary>
/// <param name="Host">The graph that the processor runs: without the steps that moved, and with the forest reading the uploaded columns.</param>
/// <param name="Chains">For each feature of the forest: the uploaded column and the steps that the device does on it.</param>
internal sealed record DeviceGraph(ColumnGraph Host, IReadOnlyList<(int Column, IReadOnlyList<DeviceStep> Steps)> Chains)
{
    /// <summary>Moves every step that is one exact operation on a column, unless something else than the forest reads its result.</summary>
    public static DeviceGraph Of(ColumnGraph graph)
    {
        var kept = graph.After.SelectMany(Reads).Concat(graph.Outputs.SelectMany(o => o.Columns)).ToHashSet();
        var moved = new Dictionary<int, ArithmeticStep>();
        // From the last to the first, so that the readers of a step are known before it.
        foreach (var step in graph.Before.Reverse())
        {
            if (step is ArithmeticStep arithmetic && OnDevice(arithmetic) is not null && !kept.Contains(arithmetic.To))
                moved[arithmetic.To] = arithmetic;
            else
                kept.UnionWith(Reads(step));
        }
        var chains = graph.Forest.Inputs.Select(column => Chain(column, moved)).ToList();
        int[] columns = [.. chains.Select(c => c.Column)];
        return new DeviceGraph(graph
            with
        {
            Before = [.. graph.Before.Where(s => s is not ArithmeticStep a || !moved.ContainsKey(a.To))],
            Forest = graph.Forest with { Inputs = columns }
        }, chains);
    }

    private static (int Column, IReadOnlyList<DeviceStep> Steps) Chain(int column, Dictionary<int, ArithmeticStep> moved)
    {
        var steps = new List<DeviceStep>();
        while (moved.TryGetValue(column, out var step))
        {
            steps.Add(OnDevice(step)!.Value);
            column = step.From;
        }
        steps.Reverse();
        return (column, steps);
    }

    // The logistic function stays on the processor: a device's exponential has other bits.
    private static DeviceStep? OnDevice(ArithmeticStep step)
    {
        int? kind = step.Kind switch
        {
            ColumnArithmetic.Add => DeviceStep.Add,
            ColumnArithmetic.Subtract => DeviceStep.Subtract,
            ColumnArithmetic.SubtractFrom => DeviceStep.SubtractFrom,
            ColumnArithmetic.Multiply => DeviceStep.Multiply,
            ColumnArithmetic.Divide => DeviceStep.Divide,
            ColumnArithmetic.Impute => float.IsNaN(step.Replaced) ? DeviceStep.ImputeMissing : DeviceStep.ImputeValue,
            _ => null,
        };
        return kind is { } known ? new DeviceStep { Kind = known, Constant = step.Constant, Replaced = step.Replaced } : null;
    }

    private static IEnumerable<int> Reads(ColumnStep step) => step switch
    {
        ArithmeticStep one => [one.From],
        RowStep across => across.From,
        _ => throw new Domain.InvariantBrokenException("every step says which columns it reads", step.GetType().Name),
    };
}
