namespace BatchEngine.Domain;

/// <summary>Which kinds are files that a shard wrote. Pure.</summary>
public static class RetentionKindFiles
{
    /// <summary>Whether it is: run files, outputs or dead letters.</summary>
    public static bool IsFile(this RetentionKind kind) => kind is RetentionKind.RunFiles or RetentionKind.Outputs or RetentionKind.DeadLetters;
}
