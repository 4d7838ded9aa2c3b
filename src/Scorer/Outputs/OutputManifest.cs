using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Manifests;

namespace BatchEngine.Scorer.Outputs;

/// <summary>The file beside an output's Parquet files that names each of them: an output without it is not whole. <c>score</c> and a job's run write the same
/// one.</summary>
/// <param name="Run">The name in the column "run_id".</param>
/// <param name="Model">The name in the column "model_version".</param>
/// <param name="ModelDigest">SHA-256 of the model's file.</param>
/// <param name="InputDigest">The digest of the input's manifest.</param>
/// <param name="InputFiles">The files that were read.</param>
/// <param name="Key">The key column.</param>
/// <param name="ScoredAt">The instant in the column "scored_at".</param>
/// <param name="Columns">The columns of the prediction files, in order.</param>
/// <param name="Rows">What became of the rows.</param>
/// <param name="Files">The files beside this one.</param>
public sealed record OutputManifest(string Run, string Model, string ModelDigest, string InputDigest, IReadOnlyList<OutputManifest.ReadFile> InputFiles,
    string Key, DateTimeOffset ScoredAt, IReadOnlyList<string> Columns, OutputManifest.RowTally Rows, IReadOnlyList<OutputManifest.WrittenFile> Files)
{
    /// <summary>The file's name.</summary>
    public const string FileName = OwnOutput.ManifestName;

    /// <summary>The name of the file while the others are written, in an object store.</summary>
    public const string WritingName = OwnOutput.WritingName;

    /// <summary>The end of an output folder's name while files are copied into it.</summary>
    public const string PartialSuffix = OwnOutput.PartialSuffix;

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The way the model was run; null, where several workers may have taken different ways, leaves it out.</summary>
    public string? Engine { get; init; }

    /// <summary>Models that ran in the same pass.</summary>
    public IReadOnlyList<Challenger> Challengers { get; init; } = [];

    /// <summary>The files that were read.</summary>
    public static IReadOnlyList<ReadFile> ReadFiles(InputManifest input) => [.. input.Files.Select(f => new ReadFile(f.Path, f.Rows, f.Bytes))];

    /// <summary>What became of the rows.</summary>
    public static RowTally Tally(RowCounts counts) => new(counts.Read, counts.Scored, counts.Reused, counts.Rejected);

    /// <summary>A file under the name that it has in the output's directory.</summary>
    public static WrittenFile Written(string name, Artifact artifact) => new(name.Replace('\\', '/'), artifact.Kind.ToString(), artifact.Rows, artifact.Bytes,
        artifact.Checksum.ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>The columns of a run's prediction files.</summary>
    public static IReadOnlyList<string> ColumnsOf(RunPlan plan) =>
        [plan.Job.KeyColumn, .. plan.Job.CarriedColumns, .. plan.Outputs.Where(o => o.IsNamed).Select(o => o.Name), .. PredictionSchema.ProvenanceColumns];

    /// <summary>The file's content.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>A file that was read.</summary>
    /// <param name="Path">The full path.</param>
    /// <param name="Rows">Its rows.</param>
    /// <param name="Bytes">Its length.</param>
    public sealed record ReadFile(string Path, long Rows, long Bytes);

    /// <summary>A model that ran in the same pass.</summary>
    /// <param name="Model">Its name.</param>
    /// <param name="ModelDigest">SHA-256 of the file.</param>
    public sealed record Challenger(string Model, string ModelDigest);

    /// <summary>Read is the sum of the others.</summary>
    /// <param name="Read">Rows read.</param>
    /// <param name="Scored">Rows that went through the model.</param>
    /// <param name="Reused">Rows whose predictions were copied.</param>
    /// <param name="Rejected">Rows in the dead letters.</param>
    public sealed record RowTally(long Read, long Scored, long Reused, long Rejected);

    /// <summary>A file beside the manifest.</summary>
    /// <param name="Name">Relative to the directory.</param>
    /// <param name="Kind">The artifact's kind.</param>
    /// <param name="Rows">Its rows.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="Xxh3">XxHash3 (64 bits) of its content, as 16 hexadecimal digits.</param>
    public sealed record WrittenFile(string Name, string Kind, long Rows, long Bytes, string Xxh3);
}
