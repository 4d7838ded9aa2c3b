using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Sharding;

namespace BatchEngine.Scorer.OneShot;

/// <summary>The workers of a one-shot scoring: parts are taken in order by whichever is free, and put together in order, so the workers never show. One
/// use.</summary>
/// <param name="template">Covers all parts; a part differs in its ranges and names only.</param>
/// <param name="parts">In row order.</param>
/// <param name="tally">Told of every unit.</param>
internal sealed class OneShotWorkers(ScoringSetup template, IReadOnlyList<RowGroupRange> parts, OneShotTally tally)
{
    private readonly ConcurrentQueue<int> _waiting = new(Enumerable.Range(0, parts.Count));
    private readonly Checkpoint[] _finals = new Checkpoint[parts.Count];

    /// <summary>Scores all parts.</summary>
    /// <returns>The last checkpoint of each part, in order.</returns>
    public async Task<IReadOnlyList<Checkpoint>> RunAsync(int workers, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Exception? first = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(workers, parts.Count)).Select(_ => Task.Run(async () =>
        {
            try
            {
                await WorkAsync(stop.Token).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // The first failure is the cause; the others are its echo through the cancellation.
                Interlocked.CompareExchange(ref first, failure, null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }, CancellationToken.None))).ConfigureAwait(false);
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
        return _finals;
    }

    // The next part is decoded while the last units of this one are scored and its file is written to its end.
    private async Task WorkAsync(CancellationToken ct)
    {
        using var buffers = new WorkerBuffers(template);
        for (var part = Next(buffers, ct); part is not null;)
        {
            var ahead = AheadAsync(part, buffers, ct);
            try
            {
                using var loop = new UnitLoop(part.Setup, tally.ForPart(), buffers);
                (_finals[part.Index], _) = await loop.RunAsync(part.Decode, ct).ConfigureAwait(false);
            }
            catch
            {
                await part.Decode.DisposeAsync().ConfigureAwait(false);
                if (await ahead.ConfigureAwait(false) is { } begun)
                    await begun.Decode.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            await part.Decode.DisposeAsync().ConfigureAwait(false);
            part = await ahead.ConfigureAwait(false);
        }
    }

    private async Task<Part?> AheadAsync(Part before, WorkerBuffers buffers, CancellationToken ct)
    {
        await before.Decode.Finished.ConfigureAwait(false);
        return Next(buffers, ct);
    }

    private Part? Next(WorkerBuffers buffers, CancellationToken ct)
    {
        if (!_waiting.TryDequeue(out var index))
            return null;
        var setup = template with
        {
            Input = template.Input with { Ranges = [parts[index]] },
            Output = template.Output with
            {
                NameOf = (kind, unit) =>
                    string.Create(CultureInfo.InvariantCulture, $"{(kind == ArtifactKind.DeadLetters ? "rejects/" : "")}part-{index:D5}-{unit:D5}.parquet"),
            },
        };
        return new Part(index, setup, new DecodeStage(setup, buffers, ct));
    }

    private sealed record Part(int Index, ScoringSetup Setup, DecodeStage Decode);
}
