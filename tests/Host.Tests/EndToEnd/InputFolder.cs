using BatchEngine.Host.Sample;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A folder with two thousand customers in "good.parquet", for one test.</summary>
internal sealed class InputFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The sample model.</summary>
    public static string Model { get; } = Path.Combine(Repository.Root, "samples", "customers", "churn.onnx");

    /// <summary>The sample model's features.</summary>
    public static string Features { get; } = Path.Combine(Repository.Root, "samples", "customers", "features.yaml");

    /// <summary>The good customers.</summary>
    public string Good => this["good.parquet"];

    /// <summary>The full path of a file or folder in it.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Makes the folder.</summary>
    public static async Task<InputFolder> CreateAsync()
    {
        var folder = new InputFolder();
        await WriteAsync(folder.Good, 2_000);
        return folder;
    }

    /// <summary>Writes a file of the sample's columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="customers">Its rows.</param>
    /// <param name="day">Counted from 0; from the second day on the sample drifts.</param>
    public static async Task WriteAsync(string path, int customers, int day = 0)
    {
        var ct = TestContext.Current.CancellationToken;
        var generator = new CustomerGenerator(SampleRequest.DefaultSeed, SampleRequest.DefaultCustomers, SampleRequest.DefaultFirstDay);
        var columns = new CustomerColumns(Math.Max(1, customers));
        columns.Fill(generator, 1, customers, day);
        await using var stream = File.Create(path);
        await using var writer = await TableWriter.CreateAsync(stream, CustomerFiles.Columns, ct);
        await writer.WriteRowGroupAsync(columns.Arrays(), ct);
        await writer.CompleteAsync(ct);
    }

    /// <summary>Scores an input with the sample's model into "out".</summary>
    public Task<ProgramRun> ScoreAsync(string input, params string[] more) =>
        ProgramRun.RunAsync(["score", "--model", Model, "--features", Features, "--input", input, "--output", this["out"], "--max-reject-share", "0.05",
            .. more]);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
