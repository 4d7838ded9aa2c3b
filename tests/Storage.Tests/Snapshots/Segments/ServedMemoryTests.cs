using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

public sealed class ServedMemoryTests
{
    // Far more than the other tests of this process hold at any time.
    private const long Bytes = 1L << 30;

    [Fact]
    public void Memory_OfAServedSnapshot_IsCountedUntilItIsGivenBack()
    {
        var before = ServedMemory.Bytes;
        var sut = new SegmentMemory(Bytes);
        Assert.InRange(ServedMemory.Bytes - before, Bytes / 2, Bytes * 2);
        sut.Dispose();
        sut.Dispose();
        Assert.InRange(ServedMemory.Bytes - before, -Bytes / 2, Bytes / 2);
    }
}
