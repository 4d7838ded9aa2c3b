using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>How far a one-shot scoring is.</summary>
/// <param name="Done">Rows so far.</param>
/// <param name="TotalRows">Rows of the input.</param>
/// <param name="Elapsed">Since scoring began.</param>
public sealed record OneShotProgress(RowCounts Done, long TotalRows, TimeSpan Elapsed)
{
    /// <summary>Rows per second since scoring began; not measured before any time has passed.</summary>
    public Measured<double> RowsPerSecond =>
        Elapsed > TimeSpan.Zero ? Measured<double>.Of(Done.Read / Elapsed.TotalSeconds) : Measured<double>.NotMeasured("no time has passed");
}
