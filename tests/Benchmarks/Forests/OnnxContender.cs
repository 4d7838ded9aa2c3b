using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>ONNX Runtime with one thread and rows that lie ready row by row; for a single row with outputs bound as well, its fastest way. Not
/// thread-safe.</summary>
internal sealed class OnnxContender : IDisposable
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 16_384;

    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly OrtValue _batch;
    private readonly OrtValue _one;
    private readonly OrtIoBinding _binding;
    private readonly ForestRows _rows;
    private readonly float[] _row;
    private int _next;

    public OnnxContender(string path, ForestRows rows)
    {
        _rows = rows;
        _row = rows.Matrix(1);
        _session = new InferenceSession(path, _options);
        _batch = OrtValue.CreateTensorValueFromMemory(rows.Matrix(BatchRows), [BatchRows, rows.Features]);
        _one = OrtValue.CreateTensorValueFromMemory(_row, [1, rows.Features]);
        _binding = _session.CreateIoBinding();
        _binding.BindInput(_session.InputNames[0], _one);
        foreach (var output in _session.OutputNames)
            _binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
    }

    public void RunBatch()
    {
        using var outputs = _session.Run(_run, _session.InputNames, [_batch], _session.OutputNames);
    }

    /// <summary>Scores the next row.</summary>
    public void RunNext()
    {
        _next = (_next + 1) % _rows.Count;
        for (var i = 0; i < _rows.Features; i++)
            _row[i] = _rows.Columns[i][_next];
        _session.RunWithBinding(_run, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _one.Dispose();
        _batch.Dispose();
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }
}
