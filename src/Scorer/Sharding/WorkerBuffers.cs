using System.Threading.Channels;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What one worker needs for any unit of a scoring: executor, decode buffers and staging; made once and used for one part after the other. Not
/// thread-safe.</summary>
/// <remarks>Made anew for each part, the buffers of 5 million rows of 50 floats were 200 MB of fresh pages, to be cleared by the system and again by
/// us.</remarks>
internal sealed class WorkerBuffers : IDisposable
{
    private readonly ScoringSetup _setup;
    private readonly DecodeThread? _decodeThread;
    private readonly List<UnitBuffers> _units = [];
    private readonly Channel<UnitBuffers> _free = Channel.CreateBounded<UnitBuffers>(UnitSizing.MaxUnitsHeld);

    /// <summary>Allocates what every unit needs; decode buffers come with the first units.</summary>
    /// <param name="setup">Covers every part that this worker will score; parts differ in their ranges and names only.</param>
    public WorkerBuffers(ScoringSetup setup)
    {
        _setup = setup;
        Executor = setup.Model.Loaded.CreateExecutor();
        Predictions = new UnitPredictions(Executor.Model.Outputs.Count, setup.Input.MaxRows, setup.Output.KeptSums);
        File = new PredictionFile(setup.Output.Schema);
        Scored = new ScoredColumns(setup);
        _decodeThread = setup.UnitsHeld > 1 ? DecodeThread.Take() : null;
    }

    /// <summary>Where this worker decodes: on a thread of its own beside the scoring, or, with one unit, in turn with it, so that the unit stays in the cache
    /// of the core that decoded it.</summary>
    public TaskScheduler DecodeScheduler => _decodeThread ?? TaskScheduler.Default;

    /// <summary>Runs the model.</summary>
    public IModelExecutor Executor { get; }

    /// <summary>The outputs of the unit being scored.</summary>
    public UnitPredictions Predictions { get; }

    /// <summary>Writes prediction files, one after the other.</summary>
    public PredictionFile File { get; }

    /// <summary>What run files need beside keys and outputs.</summary>
    public ScoredColumns Scored { get; }

    /// <summary>A decode buffer to fill; waits until one is free. Called by one decode stage at a time.</summary>
    public async ValueTask<UnitBuffers> TakeAsync(CancellationToken ct)
    {
        if (_free.Reader.TryRead(out var free))
            return free;
        if (_units.Count == _setup.UnitsHeld)
            return await _free.Reader.ReadAsync(ct).ConfigureAwait(false);
        _units.Add(new UnitBuffers(_setup));
        return _units[^1];
    }

    /// <summary>Gives a decode buffer back.</summary>
    public void Return(UnitBuffers buffers) => _free.Writer.TryWrite(buffers);

    /// <inheritdoc/>
    public void Dispose()
    {
        Executor.Dispose();
        foreach (var unit in _units)
            unit.Dispose();
        if (_decodeThread is not null)
            DecodeThread.Return(_decodeThread);
    }
}
