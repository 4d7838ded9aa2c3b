using System.Threading.Channels;
using BatchEngine.Domain;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Reads units ahead of the scoring, on its own thread, through a fixed number of buffers. One reader and one writer.</summary>
internal sealed class DecodeStage : IAsyncDisposable
{
    private readonly Channel<UnitBuffers> _ready = Channel.CreateBounded<UnitBuffers>(UnitSizing.MaxUnitsHeld);
    private readonly WorkerBuffers _buffers;
    private readonly ScoringSetup _setup;
    private readonly CancellationTokenSource _stop;
    private readonly Task _work;
    private readonly InputCursor _input;

    /// <summary>Starts reading after the checkpoint.</summary>
    /// <param name="setup">What to read.</param>
    /// <param name="buffers">The worker's; no other stage may be filling them.</param>
    /// <param name="ct">Stops reading.</param>
    public DecodeStage(ScoringSetup setup, WorkerBuffers buffers, CancellationToken ct)
    {
        (_setup, _buffers) = (setup, buffers);
        _input = new InputCursor(setup.Input);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _work = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, buffers.DecodeScheduler).Unwrap();
    }

    /// <summary>The next unit; null at the end. Give it back with <see cref="Return"/>.</summary>
    public async ValueTask<UnitBuffers?> NextAsync(CancellationToken ct) =>
        await _ready.Reader.WaitToReadAsync(ct).ConfigureAwait(false) && _ready.Reader.TryRead(out var buffers) ? buffers : null;

    /// <summary>Gives buffers back for the next unit.</summary>
    public void Return(UnitBuffers buffers) => _buffers.Return(buffers);

    /// <summary>Ends when every unit is decoded, or reading has failed; never fails itself. The worker's next stage may start then.</summary>
    public Task Finished => _work;

    /// <summary>Stops reading; the worker's buffers are free again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stop.Dispose();
    }

    // Failures travel to the reader through the channel, so this task itself never fails.
    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            foreach (var unit in _setup.Input.Units)
            {
                if (unit.Index < _setup.From.NextUnitIndex)
                    continue;
                var buffers = await _buffers.TakeAsync(_stop.Token).ConfigureAwait(true);
                Decode(unit, buffers);
                await _ready.Writer.WriteAsync(buffers, _stop.Token).ConfigureAwait(true);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            _input.Dispose();
            _ready.Writer.Complete(failure);
        }
    }

    private void Decode(UnitSlice unit, UnitBuffers buffers)
    {
        _stop.Token.ThrowIfCancellationRequested();
        _setup.Ceiling?.Check();
        var group = _input.Open(unit);
        if (group.Position < unit.FromRow)
            group.Skip(unit.FromRow - group.Position);
        var rows = group.Read(buffers.Columns, unit.Rows);
        if (rows != unit.Rows)
            throw new InvariantBrokenException("a unit has the rows that were planned",
                $"{_setup.Input.Manifest.Files[unit.FileIndex].Path}, row group {unit.RowGroup}: {rows} of {unit.Rows}");
        _setup.Model.Features.Transform(buffers.Columns, buffers.Features);
        buffers.Unit = unit;
    }
}
