using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Tests.Features;

/// <summary>A new batch of one row.</summary>
internal static class SingleRowBatch
{
    public static UnitColumns Of(IReadOnlyDictionary<string, object?> values, IReadOnlyList<InputColumn> columns)
    {
        var batch = new UnitColumns(columns, 1);
        SingleRow.Fill(batch, values);
        return batch;
    }
}
