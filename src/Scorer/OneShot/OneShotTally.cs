using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Adds up the progress of all parts and judges the reject budget over all of them. Thread-safe.</summary>
internal sealed class OneShotTally(OneShotOptions options, long totalRows, TimeProvider clock, IProgress<OneShotProgress>? progress)
{
    private readonly Lock _gate = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private RowCounts _total;
    private string? _firstRejected;

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_startedAt);

    /// <summary>The progress of one part.</summary>
    public IShardProgress ForPart() => new PartProgress(this);

    private void Add(RowCounts more)
    {
        RowCounts total;
        lock (_gate)
            total = _total += more;
        progress?.Report(new OneShotProgress(total, totalRows, Elapsed));
        if (more.Rejected > 0 && options.Rejects.IsExceededBy(total.Rejected, totalRows))
            throw new RejectBudgetExceededException(total.Rejected, total.Read, options.Rejects, _firstRejected ?? "");
    }

    private sealed class PartProgress(OneShotTally tally) : IShardProgress
    {
        private RowCounts _reported;

        public void FirstRejected(string row) => Interlocked.CompareExchange(ref tally._firstRejected, row, null);

        public Task SaveAsync(Checkpoint checkpoint, CancellationToken ct) => Task.CompletedTask;

        public void Report(RowCounts total)
        {
            var more = new RowCounts(total.Read - _reported.Read, total.Scored - _reported.Scored, total.Reused - _reported.Reused,
                total.Rejected - _reported.Rejected);
            _reported = total;
            tally.Add(more);
        }
    }
}
