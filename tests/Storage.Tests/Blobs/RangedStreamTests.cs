using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

public sealed class RangedStreamTests : IAsyncLifetime
{
    private const string Bucket = "test-bucket";
    private const int Bytes = 9_000_001;
    private readonly byte[] _content = new byte[Bytes];
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ObjectServer.StartAsync(Bucket);
        new Random(5).NextBytes(_content);
        await using var writer = await Blobs.CreateAsync("a", Ct);
        await writer.Content.WriteAsync(_content, Ct);
        await writer.CommitAsync(Ct);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private IBlobStore Blobs => BlobStores.Open($"s3://{Bucket}", _server.Options, TimeProvider.System, Assert.Fail);

    [Fact]
    public async Task Read_AtAnyPositionInAnyPieces_GivesTheBytesThatLieThere()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var stream = await Blobs.OpenReadAsync("a", Ct);
        Assert.Equal(Bytes, stream.Length);
        var buffer = new byte[6_000_000];
        for (var round = 0; round < 150; round++)
        {
            if (random.Next(3) > 0)
                stream.Seek(random.Next(Bytes), SeekOrigin.Begin);
            var (at, wanted) = (stream.Position, random.Next(random.Next(4) == 0 ? buffer.Length : 70_000));
            var count = random.Next(2) == 0 ? await stream.ReadAsync(buffer.AsMemory(0, wanted), Ct) : stream.Read(buffer.AsSpan(0, wanted));
            Assert.True(count > 0 || wanted == 0 || at == Bytes, $"seed {seed}, round {round}");
            Assert.Equal(at + count, stream.Position);
            Assert.True(_content.AsSpan((int)at, count).SequenceEqual(buffer.AsSpan(0, count)), $"seed {seed}, round {round}: {count} bytes at {at}");
        }
    }

    [Fact]
    public async Task Read_StraightOn_AsksSeldomAndReadsAhead()
    {
        var before = _server.Count("GetObject");
        await using var stream = await Blobs.OpenReadAsync("a", Ct);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(_content, read.ToArray());
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Ct));
        Assert.InRange(_server.Count("GetObject") - before, 2, 7);
    }

    [Fact]
    public async Task Read_OfASmallPartAtTheEnd_FetchesNoMoreThanThat()
    {
        await using var stream = await Blobs.OpenReadAsync("a", Ct);
        stream.Seek(-1000, SeekOrigin.End);
        var tail = new byte[1000];
        await stream.ReadExactlyAsync(tail, Ct);
        Assert.Equal(_content[^1000..], tail);
        Assert.Equal(1, _server.Count("GetObject"));
        stream.Position = Bytes + 5;
        Assert.Equal(0, await stream.ReadAsync(tail, Ct));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
    }

    [Fact]
    public async Task Read_BodiesCutAgainAndAgain_KeepsWhatCame()
    {
        _server.Faults.Plan(ObjectFault.CutBody, "GetObject", times: 5);
        await using var stream = await Blobs.OpenReadAsync("a", Ct);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(_content, read.ToArray());
    }

    [Fact]
    public async Task Dispose_WhileAWindowIsOnItsWay_ThrowsNothing()
    {
        _server.Faults.Delay = TimeSpan.FromMilliseconds(200);
        var stream = await Blobs.OpenReadAsync("a", Ct);
        await stream.ReadExactlyAsync(new byte[1_500_000], Ct);
        _server.Faults.Plan(ObjectFault.Slow, "GetObject", times: 3);
        await stream.ReadExactlyAsync(new byte[500_000], Ct);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(new byte[1], Ct));
    }

    [Fact]
    public async Task Read_WholeOfChangedContent_IsCorruptAtItsEnd()
    {
        _server.Faults.Plan(ObjectFault.WrongByte, "GetObject", after: 1);
        await using var small = await Blobs.CreateAsync("small", Ct);
        await small.Content.WriteAsync(_content.AsMemory(0, 600_000), Ct);
        await small.CommitAsync(Ct);
        await using var stream = await Blobs.OpenReadAsync("small", Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => stream.CopyToAsync(Stream.Null, Ct));
    }
}
