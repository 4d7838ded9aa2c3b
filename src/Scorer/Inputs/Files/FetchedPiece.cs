namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>A part of an object that was fetched, or is on its way. Read by one thread.</summary>
internal sealed class FetchedPiece : IDisposable
{
    private readonly NativeBytes _buffer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _fetch;

    /// <summary>Starts fetching.</summary>
    /// <param name="reads">The object.</param>
    /// <param name="range">The part.</param>
    /// <param name="turns">How many pieces may be fetched at once.</param>
    public FetchedPiece(ObjectReads reads, ByteRange range, SemaphoreSlim turns)
    {
        Range = range;
        _buffer = new NativeBytes((int)range.Length);
        _fetch = Task.Run(() => FetchAsync(reads, turns));
    }

    /// <summary>The part.</summary>
    public ByteRange Range { get; }

    /// <summary>Copies from a position within the part; waits until it is there.</summary>
    /// <returns>Bytes copied, at least 1.</returns>
    public int Read(long position, Span<byte> into)
    {
        _fetch.GetAwaiter().GetResult();
        var count = (int)Math.Min(into.Length, Range.End - position);
        _buffer.GetSpan().Slice((int)(position - Range.From), count).CopyTo(into);
        return count;
    }

    /// <summary>Whether the position lies in it.</summary>
    public bool Holds(long position) => position >= Range.From && position < Range.End;

    /// <summary>Gives the memory back; what is still on its way is not waited for.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _fetch.ContinueWith(done =>
        {
            _ = done.Exception; // told to whoever read, or to nobody
            ((IDisposable)_buffer).Dispose();
            _stop.Dispose();
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task FetchAsync(ObjectReads reads, SemaphoreSlim turns)
    {
        await turns.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            await reads.FetchAsync(Range.From, _buffer.Memory, _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }
}
