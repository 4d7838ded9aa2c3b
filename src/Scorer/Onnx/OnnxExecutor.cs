using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Onnx.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Runs a shared session over sub-batches with its own bound buffers. Not thread-safe.</summary>
internal sealed class OnnxExecutor : IModelExecutor
{
    private const int BatchStepRows = 512;

    private readonly OnnxModel _model;
    private readonly InferenceSession _session;
    private readonly string _path;
    private readonly InputLayout _inputs;
    private readonly OutputLayout _outputs;
    private readonly RunOptions _run = new();
    private readonly HostMemory _memory;
    private readonly OrtIoBinding? _io;
    private readonly OrtValue?[] _bound;
    private readonly bool _copiesToDevice;
    private RowGather? _gather;
    private bool _hasScored;
    private InputFeed _feed;
    private OutputBinding? _binding;
    private int _capacity;

    /// <summary>An executor over the model's session.</summary>
    /// <param name="model">The model.</param>
    /// <param name="session">Its session.</param>
    /// <param name="path">The model's file, which errors name.</param>
    /// <param name="inputs">Which feature feeds which input.</param>
    /// <param name="outputs">Which output fills which columns.</param>
    /// <param name="memory">Where tensors stand on the host.</param>
    /// <param name="copiesToDevice">The session is on a device: inputs go there as they are bound, and outputs come back to <paramref name="memory"/> without
    /// another copy.</param>
    public OnnxExecutor(OnnxModel model, InferenceSession session, string path, InputLayout inputs, OutputLayout outputs, HostMemory memory,
        bool copiesToDevice)
    {
        (_model, _session, _path, _inputs, _outputs, _memory, _copiesToDevice) = (model, session, path, inputs, outputs, memory, copiesToDevice);
        // One row first: a real-time scoring never pays for a batch's buffers.
        _capacity = Math.Max(1, inputs.FixedRows);
        _feed = InputFeed.Create(inputs, _capacity, memory);
        _binding = outputs.CanBind ? new OutputBinding(outputs, _capacity, memory) : null;
        _bound = new OrtValue?[inputs.Parts.Count];
        _io = outputs.CanBind ? session.CreateIoBinding() : null;
    }

    /// <inheritdoc/>
    public LoadedModel Model => _model;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, UnitPredictions block)
    {
        block.Rows = features.Rows;
        Reserve(TensorRows(features, Math.Min(features.Rows, _model.SubBatchRows)));
        for (var from = 0; from < features.Rows; from += _model.SubBatchRows)
            ScoreSubBatch(features, block, from, Math.Min(_model.SubBatchRows, features.Rows - from));
        if (_outputs.GivesConfidence)
            ClassConfidence.Fill(block, _outputs.Probabilities!);
    }

    /// <summary>Scores all rows in one call, without rows to fill up with.</summary>
    /// <returns>Null, or why the model refuses them.</returns>
    public string? ScoreTogether(FeatureMatrix features, UnitPredictions block)
    {
        block.Rows = features.Rows;
        Reserve(features.Rows);
        return Attempt(features, block, 0, features.Rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _io?.Dispose();
        _feed.Dispose();
        _binding?.Dispose();
        _run.Dispose();
        _gather?.Dispose();
    }

    private void ScoreSubBatch(FeatureMatrix features, UnitPredictions block, int from, int rows)
    {
        var tensorRows = TensorRows(features, rows);
        try
        {
            Run(_feed.Fill(features, from, rows, tensorRows), tensorRows, block, from, rows);
            _hasScored = true;
        }
        catch (OnnxRuntimeException failure) when (!RuntimeMessage.IsOfTheMachine(failure.Message))
        {
            ScoreWithoutRefused(features, block, from, rows, failure);
        }
        catch (OnnxRuntimeException failure)
        {
            throw BatchFailed(rows, failure);
        }
    }

    private void Run(IReadOnlyList<OrtValue> inputs, int tensorRows, UnitPredictions block, int from, int rows)
    {
        if (_binding is not null)
        {
            RunBound(_io!, inputs, _binding.For(tensorRows));
            _binding.CopyTo(block, from, rows);
            return;
        }
        using var outputs = _session.Run(_run, _session.InputNames, inputs, _session.OutputNames);
        for (var i = 0; i < _outputs.Parts.Count; i++)
            OutputReading.CopyChecked(outputs[i], _outputs.Parts[i], tensorRows, block, from, rows);
    }

    // A batch fails for one bad row. That row is found and its place taken by a copy of a good one, so that all others keep their places and with them their
    // bits.
    private void ScoreWithoutRefused(FeatureMatrix features, UnitPredictions block, int from, int rows, OnnxRuntimeException failure)
    {
        if (!_hasScored && RefusalSearch.SharedBy(features.Rows, (at, count) => Attempt(features, block, at, count)) is { } shared)
            throw new BadInputException(_path,
                $"a model that refuses each of {RefusalSearch.Probes} rows that were tried, spread over {features.Rows} ({shared})",
                "rows that the model can score", "Check the features against what the model was trained on.", failure);
        var refused = RefusalSearch.Rows(from, rows, RuntimeMessage.OfRow(failure.Message), (at, count) => Attempt(features, block, at, count));
        var bad = refused.Select(r => r.Row).ToHashSet();
        if (bad.Count < rows)
        {
            var good = Enumerable.Range(from, rows).First(r => !bad.Contains(r));
            var taken = Enumerable.Range(from, rows).Select(r => bad.Contains(r) ? good : r).ToArray();
            _gather ??= new RowGather([.. Enumerable.Range(0, features.FeatureCount).Select(features.Storage)], _model.SubBatchRows);
            var tensorRows = TensorRows(features, rows);
            try
            {
                Run(_feed.Fill(_gather.Take(features, taken), 0, rows, tensorRows), tensorRows, block, from, rows);
                _hasScored = true;
            }
            catch (OnnxRuntimeException still)
            {
                throw BatchFailed(rows, still);
            }
        }
        foreach (var (row, message) in refused)
            block.Refuse(row, message);
    }

    // Without rows to fill up with: these scores are thrown away.
    private string? Attempt(FeatureMatrix features, UnitPredictions block, int from, int rows)
    {
        try
        {
            var tensorRows = Math.Max(rows, _inputs.FixedRows);
            Run(_feed.Fill(features, from, rows, tensorRows), tensorRows, block, from, rows);
            return null;
        }
        catch (OnnxRuntimeException failure)
        {
            return RuntimeMessage.IsOfTheMachine(failure.Message) ? throw BatchFailed(rows, failure) : RuntimeMessage.OfRow(failure.Message);
        }
    }

    private BadInputException BatchFailed(int rows, OnnxRuntimeException failure) => _model.IsOnDevice
                ? new BadInputException(_path, $"a batch of {rows} rows that failed on the card ({OnnxSession.FirstLine(failure.Message)})",
                    "a card with room for the model's batches",
                    "Free memory of the card, or score on the processor: execution.device: cpu, or --device cpu.", failure)
                : new BadInputException(_path, $"a batch of {rows} rows that the model refuses ({OnnxSession.FirstLine(failure.Message)})",
                    "rows that the model can score",
                    "Check the features against what the model was trained on.", failure);

    // The runtime's matrix kernels may round differently for another number of rows. A batch is therefore filled up to a multiple of a fixed number, so that
    // a row has the same bits
    // whatever rows stand beside it: in a full run, among the few changed rows of a delta run, or in the last unit of a file. A card's library chooses its
    // kernel by the number of rows, so there every
    // batch is a whole one. A single real-time row is not filled up: its latency counts.
    private int TensorRows(FeatureMatrix features, int rows)
    {
        if (_inputs.FixedRows > 0 || features.CapacityRows == 1)
            return Math.Max(rows, _inputs.FixedRows);
        return _model.IsOnDevice ? _model.SubBatchRows : Math.Min(_model.SubBatchRows, (rows + BatchStepRows - 1) / BatchStepRows * BatchStepRows);
    }

    // Binding an input sends what it holds to the device, so there it is bound again for every batch. On the processor tensors stay bound as long as they are
    // the same ones: names and
    // handles given with every call were 0.7 MB of garbage a million rows.
    private void RunBound(OrtIoBinding io, IReadOnlyList<OrtValue> inputs, IReadOnlyList<OrtValue> outputs)
    {
        if (_copiesToDevice || !IsBound(inputs))
            Bind(io, inputs, outputs);
        if (_copiesToDevice)
            io.SynchronizeBoundInputs();
        _session.RunWithBinding(_run, io);
        if (_copiesToDevice)
            io.SynchronizeBoundOutputs();
    }

    // Tensors of outputs are new whenever those of inputs are.
    private bool IsBound(IReadOnlyList<OrtValue> inputs)
    {
        for (var i = 0; i < _bound.Length; i++)
        {
            if (!ReferenceEquals(_bound[i], inputs[i]))
                return false;
        }
        return true;
    }

    private void Bind(OrtIoBinding io, IReadOnlyList<OrtValue> inputs, IReadOnlyList<OrtValue> outputs)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            io.BindInput(_session.InputNames[i], inputs[i]);
            _bound[i] = inputs[i];
        }
        for (var i = 0; i < outputs.Count; i++)
            io.BindOutput(_session.OutputNames[i], outputs[i]);
    }

    private void Reserve(int rows)
    {
        if (rows <= _capacity)
            return;
        _feed.Dispose();
        _binding?.Dispose();
        _capacity = _model.SubBatchRows;
        Array.Clear(_bound);
        _feed = InputFeed.Create(_inputs, _capacity, _memory);
        _binding = _outputs.CanBind ? new OutputBinding(_outputs, _capacity, _memory) : null;
    }
}
