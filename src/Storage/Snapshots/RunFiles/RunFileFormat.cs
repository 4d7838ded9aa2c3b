namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>The fixed numbers of a run file. See docs/segment-format.md.</summary>
internal static class RunFileFormat
{
    public const uint Version = 1;
    public const int HeaderBytes = 64;
    public const int DirectoryEntryBytes = 40;
    public const int TrailerBytes = 64;

    public static ReadOnlySpan<byte> Magic => "BERUNFIL"u8;

    public static ReadOnlySpan<byte> TrailerMagic => "BERUNEND"u8;
}
