namespace BatchEngine.Domain;

/// <summary>What a blob that a shard or a run wrote is for.</summary>
public enum ArtifactKind
{
    /// <summary>Parquet with key, carried columns and outputs, for analysts.</summary>
    Output,

    /// <summary>Predictions of one checkpoint, sorted into key partitions, from which segments are built.</summary>
    RunFile,

    /// <summary>Parquet of rejected rows with file, row group, row and reason.</summary>
    DeadLetters,

    /// <summary>One sealed partition of a snapshot.</summary>
    Segment,

    /// <summary>A report.</summary>
    Report,
}
