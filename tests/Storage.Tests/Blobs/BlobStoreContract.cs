using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Storage.Tests;

/// <summary>What every blob store promises.</summary>
public abstract class BlobStoreContract
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The same store on every call of one test; empty at its start.</summary>
    protected abstract IBlobStore CreateSut();

    /// <summary>Makes a blob as old as given.</summary>
    protected abstract Task AgeAsync(string name, TimeSpan age);

    protected async Task<BlobInfo> PutAsync(string name, byte[] content)
    {
        await using var writer = await CreateSut().CreateAsync(name, Ct);
        await writer.Content.WriteAsync(content, Ct);
        return await writer.CommitAsync(Ct);
    }

    private async Task<List<string>> NamesAsync(string prefix = "")
    {
        var names = new List<string>();
        await foreach (var entry in CreateSut().ListAsync(prefix, Ct))
            names.Add(entry.Name);
        return names;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task Commit_AnyLength_ReadsBackWithItsChecksum(int length)
    {
        var content = new byte[length];
        new Random(7).NextBytes(content);
        var info = await PutAsync("runs/a/b.bin", content);
        Assert.Equal(new BlobInfo("runs/a/b.bin", length, XxHash3.HashToUInt64(content)), info);
        Assert.Equal(length, await CreateSut().LengthAsync(info.Name, Ct));
        await CreateSut().VerifyAsync(info.Name, info.Bytes, info.Checksum, Ct);
        await using var stream = await CreateSut().OpenReadAsync(info.Name, Ct);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task Read_OfARange_GivesItsBytesAndRefusesWhatIsBeyondTheEnd()
    {
        var content = Enumerable.Range(0, 5_000).Select(i => (byte)(i * 7)).ToArray();
        await PutAsync("runs/a", content);
        var blobs = CreateSut();
        foreach (var (offset, length) in new[] { (0, 64), (4_900, 100), (1_234, 2_000), (7, 0) })
        {
            var read = new byte[length];
            await blobs.ReadAsync("runs/a", offset, read, Ct);
            Assert.Equal(content[offset..(offset + length)], read);
        }
        await Assert.ThrowsAsync<EndOfStreamException>(() => blobs.ReadAsync("runs/a", 4_990, new byte[11], Ct));
        await Assert.ThrowsAsync<CorruptDataException>(() => blobs.ReadAsync("runs/b", 0, new byte[1], Ct));
        await Assert.ThrowsAsync<BadInputException>(() => blobs.ReadAsync("../b", 0, new byte[1], Ct));
    }

    [Fact]
    public async Task Write_InPieces_GivesTheChecksumOfTheWhole()
    {
        await using var writer = await CreateSut().CreateAsync("a", Ct);
        writer.Content.Write([1, 2, 3], 1, 2);
        writer.Content.WriteByte(4);
        await writer.Content.WriteAsync(new byte[] { 5, 6 }, 0, 2, Ct);
        writer.Content.Write([7]);
        Assert.Equal(6, writer.Content.Position);
        Assert.Equal(XxHash3.HashToUInt64([2, 3, 4, 5, 6, 7]), (await writer.CommitAsync(Ct)).Checksum);
    }

    [Fact]
    public async Task Create_NotCommitted_IsNeverVisible()
    {
        await using (var writer = await CreateSut().CreateAsync("a/b", Ct))
        {
            await writer.Content.WriteAsync(new byte[100], Ct);
            Assert.Null(await CreateSut().LengthAsync("a/b", Ct));
            Assert.Empty(await NamesAsync());
        }
        Assert.Null(await CreateSut().LengthAsync("a/b", Ct));
        Assert.Equal(0, await CreateSut().DeleteUncommittedAsync(DateTimeOffset.MaxValue, Ct));
    }

    [Fact]
    public void PlaceOf_AnyBlob_NamesStoreAndBlob()
    {
        Assert.StartsWith(CreateSut().Place, CreateSut().PlaceOf("a/b"), StringComparison.Ordinal);
        Assert.EndsWith("a/b", CreateSut().PlaceOf("a/b"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_Twice_IsRefused()
    {
        await using var writer = await CreateSut().CreateAsync("a", Ct);
        await writer.CommitAsync(Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CommitAsync(Ct));
        Assert.NotNull(await CreateSut().LengthAsync("a", Ct));
    }

    [Fact]
    public async Task Commit_SameNameAgain_Replaces()
    {
        await PutAsync("a", [1]);
        var info = await PutAsync("a", [2, 3]);
        await CreateSut().VerifyAsync("a", 2, info.Checksum, Ct);
        Assert.Equal(["a"], await NamesAsync());
    }

    [Fact]
    public async Task Commit_ManyAtOnce_EachIsWhole()
    {
        var infos = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => PutAsync($"d{i % 4}/{i}", [(byte)i]), Ct)));
        foreach (var info in infos)
            await CreateSut().VerifyAsync(info.Name, 1, info.Checksum, Ct);
        Assert.Equal(16, (await NamesAsync()).Count);
    }

    [Fact]
    public async Task Verify_AnotherLengthOrChecksumOrNoBlob_IsCorrupt()
    {
        var info = await PutAsync("a", [1, 2, 3]);
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().VerifyAsync("a", 4, info.Checksum, Ct));
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().VerifyAsync("a", 3, info.Checksum ^ 1, Ct));
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().VerifyAsync("b", 3, info.Checksum, Ct));
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().OpenReadAsync("c/d", Ct));
    }

    [Fact]
    public async Task List_Prefix_GivesSortedNamesWithLengths()
    {
        foreach (var name in new[] { "b/2", "b/10", "a", "b/1", "bc" })
            await PutAsync(name, [1, 2]);
        Assert.Equal(["a", "b/1", "b/10", "b/2", "bc"], await NamesAsync());
        Assert.Equal(["b/1", "b/10", "b/2"], await NamesAsync("b/"));
        Assert.Equal(["b/1", "b/10"], await NamesAsync("b/1"));
        await foreach (var entry in CreateSut().ListAsync("a", Ct))
            Assert.Equal(2, entry.Bytes);
    }

    [Fact]
    public async Task Delete_Blob_IsGoneAndASecondTimeFalse()
    {
        await PutAsync("a/b", [1]);
        Assert.True(await CreateSut().DeleteAsync("a/b", Ct));
        Assert.False(await CreateSut().DeleteAsync("a/b", Ct));
        Assert.False(await CreateSut().DeleteAsync("x/y", Ct));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task DeleteOlder_OnlyWhatIsOld_IsRemoved()
    {
        await PutAsync("a/b", [1]);
        Assert.False(await CreateSut().DeleteOlderAsync("a/b", DateTimeOffset.UtcNow.AddHours(-1), Ct));
        Assert.NotNull(await CreateSut().LengthAsync("a/b", Ct));
        Assert.True(await CreateSut().DeleteOlderAsync("a/b", DateTimeOffset.UtcNow.AddHours(1), Ct));
        Assert.False(await CreateSut().DeleteOlderAsync("a/b", DateTimeOffset.UtcNow.AddHours(1), Ct));
        Assert.Null(await CreateSut().LengthAsync("a/b", Ct));
        Assert.Equal(0, await CreateSut().DeleteUncommittedAsync(DateTimeOffset.MaxValue, Ct));
    }

    [Fact]
    public async Task Renew_NoBlob_IsFalseAndMakesNone()
    {
        Assert.False(await CreateSut().RenewAsync("a/b", Ct));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Renew_RacingASweep_IsFalseOrSavesTheBlob()
    {
        for (var round = 0; round < 200; round++)
        {
            await PutAsync("a", [1]);
            await AgeAsync("a", TimeSpan.FromHours(2));
            var sweeping = Task.Run(() => CreateSut().DeleteOlderAsync("a", DateTimeOffset.UtcNow.AddHours(-1), Ct), Ct);
            var renewed = await CreateSut().RenewAsync("a", Ct);
            await sweeping;
            Assert.True(!renewed || await CreateSut().LengthAsync("a", Ct) is not null, $"round {round}");
        }
    }

    [Fact]
    public async Task Claim_TwoAtOnce_OneOwnsItAndBothHearWho()
    {
        Assert.Null(await CreateSut().OwnerAsync(Ct));
        var owners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => CreateSut().ClaimAsync($"owner-{i}", Ct), Ct)));
        Assert.Single(owners.Distinct());
        Assert.Equal(owners[0], await CreateSut().OwnerAsync(Ct));
        Assert.Empty(await NamesAsync());
        Assert.Equal(0, await CreateSut().DeleteUncommittedAsync(DateTimeOffset.MaxValue, Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData(".uncommitted/a")]
    [InlineData("a\\b")]
    [InlineData("C:/a")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    public async Task Rejects_NamesThatCouldLeaveTheStore(string name)
    {
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().CreateAsync(name, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().OpenReadAsync(name, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().VerifyAsync(name, 0, 0, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().DeleteAsync(name, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().LengthAsync(name, Ct));
        Assert.Throws<BadInputException>(() => CreateSut().PlaceOf(name));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("runs/churn_20261123T020000Z/shard-0001/f3/part+1=x.parquet")]
    public async Task Accepts_OrdinaryNames(string name) => Assert.Equal(name, (await PutAsync(name, [1])).Name);
}
