using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>How far one shard is.</summary>
/// <param name="Index">The shard, counted from 0.</param>
/// <param name="Rows">Rows it has.</param>
/// <param name="Counts">Rows of its durable units: of the receipt when done, else of the newest checkpoint.</param>
/// <param name="Worker">Who holds or last held it; null means nobody.</param>
/// <param name="Fence">The newest fence; 0 means it was never leased.</param>
/// <param name="State">Where it is.</param>
/// <param name="Process">The process that holds it; null means nobody, or that it cannot be told.</param>
public sealed record ShardProgress(int Index, long Rows, RowCounts Counts, string? Worker, FenceToken Fence, ShardState State, string? Process);
