using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>What a file system's refusal means, in the words of the product.</summary>
internal static class BlobFailures
{
    // Error numbers of Linux and macOS, which .NET hands through, and the codes of Windows for the same.
    private const int NoSpace = 28, ReadOnlyDisk = 30, QuotaLinux = 122, QuotaMac = 69, TooLarge = 27;
    private const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Whether it is a failure of the file system at all.</summary>
    public static bool IsOne(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Whether the disk or the user's quota is full.</summary>
    public static bool IsFull(Exception failure) =>
        failure.HResult is NoSpace or QuotaLinux or QuotaMac or TooLarge or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>The failure with its place and remedy.</summary>
    public static StorageFailedException Explain(string place, Exception failure) => failure switch
    {
        _ when IsFull(failure) => new StorageFailedException(place,
            "the disk or the user's quota is full. Nothing half-written is visible; free space, then repeat the command.", isTransient: false, failure),
        { HResult: ReadOnlyDisk } =>
            new StorageFailedException(place, "the disk is read-only. Point blobs at a writable folder.", isTransient: false, failure),
        UnauthorizedAccessException =>
            new StorageFailedException(place, $"access is denied ({failure.Message}) Give this user the right to read and write the folder.",
            isTransient: false, failure),
        _ => new StorageFailedException(place, $"the file system failed ({failure.Message}). Check the disk and the path, then repeat the command.",
            isTransient: false,
            failure),
    };
}
