namespace BatchEngine.Domain;

/// <summary>What to do when two input rows have the same key.</summary>
public enum DuplicateKeyPolicy
{
    /// <summary>The run fails with an error that names both rows. The default.</summary>
    Fail,

    /// <summary>The row that comes last in manifest order is served; the others are counted.</summary>
    LastWins,
}
