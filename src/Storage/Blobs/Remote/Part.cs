using System.Buffers;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>A piece of an object in memory of the pool. Whoever holds it returns it once.</summary>
/// <param name="Buffer">The memory.</param>
/// <param name="Count">How many of its bytes count.</param>
internal readonly record struct Part(byte[] Buffer, int Count)
{
    /// <summary>What counts.</summary>
    public ReadOnlyMemory<byte> Content => Buffer.AsMemory(0, Count);

    /// <summary>Gives the memory back.</summary>
    public void Return()
    {
        if (Buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(Buffer);
    }
}
