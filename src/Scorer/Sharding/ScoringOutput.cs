using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What a worker writes, and where.</summary>
/// <param name="Schema">What the prediction files hold.</param>
/// <param name="Blobs">Where files are committed.</param>
/// <param name="NameOf">The blob name of a kind of file that begins at a unit.</param>
/// <param name="CheckpointRows">A checkpoint, and with it the next files, after at least this number of rows.</param>
internal sealed record ScoringOutput(PredictionSchema Schema, IBlobStore Blobs, Func<ArtifactKind, int, string> NameOf, int CheckpointRows)
{
    /// <summary>Key partitions of run files; 0, the default, writes no run files.</summary>
    public int PartitionCount { get; init; }

    /// <summary>Sums of a forest that run files keep behind the outputs; default none.</summary>
    public int KeptSums { get; init; }
}
