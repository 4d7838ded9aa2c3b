using BatchEngine.Domain;

namespace BatchEngine.Scorer.Tests.Sharding;

/// <summary>Keeps every checkpoint; can act on one, and can be told to lose its fence.</summary>
internal sealed class RecordedProgress : IShardProgress
{
    public CancellationToken Stop { get; init; }

    public List<Checkpoint> Saved { get; } = [];

    public List<RowCounts> Reported { get; } = [];

    public Action<Checkpoint> OnSave { get; init; } = static _ => { };

    public Action<RowCounts> OnReport { get; init; } = static _ => { };

    public Task SaveAsync(Checkpoint checkpoint, CancellationToken ct)
    {
        OnSave(checkpoint);
        Saved.Add(checkpoint);
        return Task.CompletedTask;
    }

    public void Report(RowCounts total)
    {
        Reported.Add(total);
        OnReport(total);
    }
}
