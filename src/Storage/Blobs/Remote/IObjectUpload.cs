namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>An object that is written in parts and appears when it is completed. Parts may be sent at once; the rest is for one thread.</summary>
internal interface IObjectUpload
{
    /// <summary>Sends a part; sending it again replaces it.</summary>
    /// <param name="number">Counted from 1.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="ct">Stops.</param>
    Task SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Makes the object of all parts that were sent, in the order of their numbers, and makes sure that it is there with that length.</summary>
    /// <param name="bytes">The length of all parts.</param>
    /// <param name="checksum">XxHash3 of all, to be noted beside it where the store can do so at the end.</param>
    /// <param name="ct">Stops before the object is made.</param>
    Task CompleteAsync(long bytes, ulong checksum, CancellationToken ct);

    /// <summary>Gives it up; its parts go away. What the store refuses is left to the sweeper.</summary>
    Task AbortAsync(CancellationToken ct);
}
