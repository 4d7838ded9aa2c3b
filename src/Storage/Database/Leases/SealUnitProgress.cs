using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>How far one seal unit is.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Sealed">Its partitions that have a segment.</param>
/// <param name="Worker">Who holds or last held it; null means nobody.</param>
/// <param name="Fence">The newest fence; 0 means it was never leased.</param>
/// <param name="State">Where it is.</param>
/// <param name="Process">The process that holds it; null means nobody, or that it cannot be told.</param>
/// <param name="Stop">What its holder found that stops the run; null means nothing.</param>
public sealed record SealUnitProgress(SealUnit Unit, int Sealed, string? Worker, FenceToken Fence, ShardState State, string? Process, SealStop? Stop);
