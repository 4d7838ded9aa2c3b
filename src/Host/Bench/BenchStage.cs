using BatchEngine.Domain;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Bench;

/// <summary>One stage as measured, beside its limit.</summary>
/// <param name="Name">As in <see cref="StageNames"/>.</param>
/// <param name="IsPart">Whether its time is part of a run's; the others are references or parts of another stage.</param>
/// <param name="RowsPerSecond">The median; of one thread, except end to end.</param>
/// <param name="CpuNanosecondsPerRow">Processor time of the median pass.</param>
/// <param name="ShareOfRun">Of the sum of all stages' processor time; not measured for what is no part of it.</param>
/// <param name="Limit">What it is measured against, in words; empty when there is nothing.</param>
/// <param name="LimitRowsPerSecond">Rows a second at that limit.</param>
/// <param name="ShareOfLimit">How much of the limit is reached.</param>
/// <param name="Notes">For instance the engine; may be empty.</param>
/// <param name="Passes">All passes, in the order they ran.</param>
internal sealed record BenchStage(
    string Name,
    bool IsPart,
    double RowsPerSecond,
    double CpuNanosecondsPerRow,
    Measured<double> ShareOfRun,
    string Limit,
    Measured<double> LimitRowsPerSecond,
    Measured<double> ShareOfLimit,
    string Notes,
    IReadOnlyList<StageFigures> Passes);
