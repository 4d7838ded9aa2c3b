using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Snapshots.Readers;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Snapshots;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests.Snapshots.Readers;

/// <summary>A snapshot of a store that is not on this machine.</summary>
public sealed class SnapshotElsewhereTests : IAsyncLifetime
{
    private StateFolder _state = null!;
    private ElsewhereBlobs _elsewhere = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _state = await StateFolder.OpenAsync(new FakeTimeProvider(), Ct);
        _elsewhere = new ElsewhereBlobs(_state.Blobs);
    }

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Theory]
    [InlineData(SnapshotHolding.Copied)]
    [InlineData(SnapshotHolding.Mapped)]
    public async Task Open_StoreElsewhere_AnswersAsFromAFolder(SnapshotHolding holding)
    {
        var info = await PublishAsync();
        using var reader = await SnapshotReader.OpenAsync(info, new LocalCopies(_elsewhere, _state["copies"], null), holding, before: null, Ct);
        for (var key = 0; key < 2_000; key++)
        {
            Assert.True(reader.TryGet(PredictionKey.Of(key), out var found));
            Assert.Equal(key, found.Outputs[0]);
        }
        Assert.False(reader.TryGet(PredictionKey.Of(-1), out _));
        Assert.Equal(info.Segments.Select(s => (s.Artifact.BlobName, 1)).Order(), _elsewhere.Reads.Select(r => (r.Key, r.Value)).Order());
        Assert.Equal(holding == SnapshotHolding.Mapped, Directory.Exists(_state["copies"]));
    }

    [Fact]
    public async Task Open_Mapped_HoldsTheCopiesUntilItIsReleased()
    {
        var info = await PublishAsync();
        var bytes = info.Segments.Sum(s => s.Artifact.Bytes);
        var copies = new LocalCopies(_elsewhere, _state["copies"], bytes);
        var reader = await SnapshotReader.OpenAsync(info, copies, SnapshotHolding.Mapped, before: null, Ct);
        var another = await PutAsync(1000);
        await Assert.ThrowsAsync<StorageFailedException>(() => copies.HoldAsync(another, Ct));
        reader.Dispose();
        using var copy = await copies.HoldAsync(another, Ct);
    }

    [Theory]
    [InlineData(SnapshotHolding.Copied)]
    [InlineData(SnapshotHolding.Mapped)]
    public async Task Open_SegmentDamagedOrCut_IsCorrupt(SnapshotHolding holding)
    {
        var info = await PublishAsync();
        var path = _state.Blobs.FileOf(info.Segments[0].Artifact.BlobName);
        var whole = await File.ReadAllBytesAsync(path, Ct);
        var flipped = (byte[])whole.Clone();
        flipped[^20] ^= 4;
        foreach (var damaged in new[] { flipped, whole[..^1], [.. whole, 0], [] })
        {
            await File.WriteAllBytesAsync(path, damaged, Ct);
            var failure = await Assert.ThrowsAsync<CorruptDataException>(() =>
                SnapshotReader.OpenAsync(info, new LocalCopies(_elsewhere, _state["copies"], null), holding, before: null, Ct));
            Assert.Contains("elsewhere://test/", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_MostSegmentsAreKept_FetchesOnlyTheOthers()
    {
        var first = await PublishAsync();
        var copies = new LocalCopies(_elsewhere, _state["copies"], null);
        using var before = await SnapshotReader.OpenAsync(first, copies, SnapshotHolding.Copied, before: null, Ct);
        var kept = first.Segments[0];
        var other = first.Segments[1] with { Artifact = first.Segments[1].Artifact with { BlobName = "written/anew" } };
        await using (var writer = await _state.Blobs.CreateAsync(other.Artifact.BlobName, Ct))
        {
            await writer.Content.WriteAsync(await File.ReadAllBytesAsync(_state.Blobs.FileOf(first.Segments[1].Artifact.BlobName), Ct), Ct);
            await writer.CommitAsync(Ct);
        }
        _elsewhere.Forget();
        using (var again = await SnapshotReader.OpenAsync(first with { Id = 99, Segments = [kept, other] }, copies, SnapshotHolding.Copied, before, Ct))
            Assert.Empty(_elsewhere.Reads); // the other has the same content, whatever its name

        var changed = other with { Artifact = other.Artifact with { Checksum = other.Artifact.Checksum ^ 1 } };
        await Assert.ThrowsAsync<CorruptDataException>(() =>
            SnapshotReader.OpenAsync(first with { Segments = [kept, changed] }, copies, SnapshotHolding.Copied, before, Ct));
        Assert.Equal(["written/anew"], _elsewhere.Reads.Keys);
        before.Dispose();
        Assert.True(before.Drained.IsCompletedSuccessfully);
        _elsewhere.Forget();
        using var alone = await SnapshotReader.OpenAsync(first, copies, SnapshotHolding.Copied, before, Ct);
        Assert.Equal(2, _elsewhere.Reads.Count);
        Assert.True(alone.TryGet(PredictionKey.Of(7), out _));
    }

    private Task<SnapshotInfo> PublishAsync() =>
        new StoredSnapshots(_state.Database, _state.Blobs, _state["work"], TimeProvider.System).SealAsync(ServingContract.Default("churn"),
            new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero),
            [.. Enumerable.Range(0, 2_000).Select(k => new SampleRow(PredictionKey.Of(k), k, [k], 0.9f))], KeyKind.Int64, Ct);

    private async Task<Artifact> PutAsync(int bytes)
    {
        await using var writer = await _state.Blobs.CreateAsync("another", Ct);
        await writer.Content.WriteAsync(new byte[bytes], Ct);
        var info = await writer.CommitAsync(Ct);
        return new Artifact(info.Name, ArtifactKind.Segment, info.Bytes, info.Checksum, 0);
    }
}
