using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Sharding;

/// <summary>One unit on its way from decoding to writing; reused. Owned by one stage at a time.</summary>
internal sealed class UnitBuffers : IDisposable
{
    /// <summary>Allocates room for the largest unit.</summary>
    public UnitBuffers(ScoringSetup setup)
    {
        Columns = new UnitColumns(setup.Input.Columns, setup.Input.MaxRows, setup.MaxTextBytes);
        // Room for two rows at least: a matrix for one row is scored as a real-time one, whose last bits may differ from those in a batch.
        Features = setup.Model.Features.CreateMatrix(Math.Max(2, setup.Input.MaxRows));
        setup.Model.Features.Bind(Columns, Features);
    }

    /// <summary>Which unit it holds.</summary>
    public UnitSlice Unit { get; set; }

    /// <summary>The columns as read.</summary>
    public UnitColumns Columns { get; }

    /// <summary>The features.</summary>
    public FeatureMatrix Features { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Columns.Dispose();
        Features.Dispose();
    }
}
