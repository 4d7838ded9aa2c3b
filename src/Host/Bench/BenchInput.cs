using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Sample;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Bench;

/// <summary>The model and the rows that are measured, in words.</summary>
/// <param name="Measured">Opened and planned; the holder disposes it.</param>
/// <param name="Rows">Where the rows come from.</param>
internal sealed record BenchInput(MeasuredModel Measured, string Rows)
{
    private const int DefaultValues = 50_000_000;
    private const int MinDefaultRows = 131_072;

    /// <summary>Generates the rows where they are not given, and opens the model.</summary>
    /// <param name="request">What to measure; already validated.</param>
    /// <param name="folder">Gets the generated files.</param>
    /// <param name="workers">Workers of the whole run.</param>
    /// <param name="generated">Hears how many rows of how many are generated.</param>
    /// <param name="ct">Stops generating rows.</param>
    /// <exception cref="BadInputException">The model cannot be read, or needs rows that cannot be generated.</exception>
    public static async Task<BenchInput> OpenAsync(BenchRequest request, string folder, int workers, Action<long, long> generated, CancellationToken ct)
    {
        var execution = ExecutorOptions.Default with { Engine = request.Engine };
        if (request.Inputs.Count > 0)
            return new BenchInput(await MeasuredModel.OpenAsync(request.ModelPath!, request.Features, request.Inputs, request.KeyColumn!, execution, workers,
                ct).ConfigureAwait(false), string.Join(", ", request.Inputs));
        if (request.ModelPath is not null)
            return await NormalAsync(request, folder, workers, generated, execution, ct).ConfigureAwait(false);
        var rows = request.Rows > 0 ? request.Rows : BenchRequest.DefaultRows;
        var sample = new SampleRequest(folder, rows, 1, SampleRequest.DefaultSeed, SampleRequest.DefaultFirstDay).Validated();
        var done = 0L;
        var days = await CustomerFiles.WriteAsync(sample, more => generated(Interlocked.Add(ref done, more), rows), ct).ConfigureAwait(false);
        var features = FeaturesFile.Load(ShippedFiles.PathOf("samples/customers/features.yaml"));
        var measured = await MeasuredModel.OpenAsync(ShippedFiles.PathOf("samples/customers/churn.onnx"), features, days[0].Files, "customer_id", execution,
            workers, ct).ConfigureAwait(false);
        return new BenchInput(measured, "generated customers");
    }

    private static async Task<BenchInput> NormalAsync(BenchRequest request, string folder, int workers, Action<long, long> generated,
        ExecutorOptions execution, CancellationToken ct)
    {
        var names = request.Features?.SourceColumns ?? ColumnsOf(request.ModelPath!);
        var rows = request.Rows > 0 ? request.Rows : Math.Clamp(DefaultValues / Math.Max(1, names.Count), MinDefaultRows, BenchRequest.DefaultRows);
        var path = Path.Combine(folder, "normal.parquet");
        var done = 0L;
        await NormalTable.WriteAsync(path, names, rows, more => generated(done += more, rows), ct).ConfigureAwait(false);
        var measured = await MeasuredModel.OpenAsync(request.ModelPath!, request.Features
            ?? FeatureSpec.AsIs(names), [path], NormalTable.Key, execution, workers, ct).ConfigureAwait(false);
        return new BenchInput(measured, "generated normal values");
    }

    private static string[] ColumnsOf(string modelPath)
    {
        var signature = ExecutorFactory.Inspect(modelPath);
        if (signature.TakesOneMatrix && signature.MatrixWidth is > 0 and var width)
            return [.. Enumerable.Range(0, (int)width).Select(i => string.Create(CultureInfo.InvariantCulture, $"f{i}"))];
        throw new BadInputException(modelPath, $"inputs [{string.Join(", ", signature.Inputs)}]",
            "one float matrix of known width, for which rows can be generated",
            "Name columns to generate with --features a,b,c, or measure with your own files: --input data.parquet --key id.");
    }
}
