using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests.Database.Snapshots;

public sealed class StoreClaimTests : IDisposable
{
    private const string ModelBlob = "models/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onnx";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LocalFolderBlobs Blobs => new(_folder["blobs"]);

    public void Dispose() => _folder.Dispose();

    private Task<StateDatabase> OpenAsync(string name) => StateDatabase.OpenAsync(_folder[name], TimeProvider.System, Ct);

    private async Task PutAsync(string name)
    {
        await using var writer = await Blobs.CreateAsync(name, Ct);
        await writer.CommitAsync(Ct);
    }

    [Fact]
    public async Task Ensure_NewStore_BelongsToItsDatabaseForEver()
    {
        await using (var first = await OpenAsync("first.db"))
            await new StoreClaim(first, Blobs).EnsureAsync(Ct);
        await using var again = await OpenAsync("first.db");
        await new StoreClaim(again, Blobs).EnsureAsync(Ct);
        Assert.True(await new StoreClaim(again, Blobs).IsOursAsync(Ct));
    }

    [Fact]
    public async Task Ensure_AnotherDatabase_IsRefusedAndChangesNothing()
    {
        await using var first = await OpenAsync("first.db");
        await new StoreClaim(first, Blobs).EnsureAsync(Ct);
        await using var second = await OpenAsync("second.db");

        var refused = await Assert.ThrowsAsync<BadInputException>(() => new StoreClaim(second, Blobs).EnsureAsync(Ct));

        Assert.Equal(Blobs.Place, refused.Place);
        Assert.Contains("blobs", refused.Remedy, StringComparison.Ordinal);
        Assert.False(await new StoreClaim(second, Blobs).IsOursAsync(Ct));
        Assert.True(await new StoreClaim(first, Blobs).IsOursAsync(Ct));
    }

    [Fact]
    public async Task Ensure_UnmarkedStoreWithBlobsThatNoRowNames_IsRefused()
    {
        await PutAsync(ModelBlob);
        await using var database = await OpenAsync("first.db");
        await Assert.ThrowsAsync<BadInputException>(() => new StoreClaim(database, Blobs).EnsureAsync(Ct));
        Assert.Null(await Blobs.OwnerAsync(Ct));
    }

    [Fact]
    public async Task Ensure_UnmarkedStoreOfAnEarlierVersion_IsKnownByItsRows()
    {
        await PutAsync(ModelBlob);
        await PutAsync("runs/night_20261124T020000Z/output/left-behind.parquet");
        await using var database = await OpenAsync("first.db");
        await new Storage.Database.Models.ModelStore(database).RegisterAsync("churn", Digest.Of("x"), new ModelSignature([], []), ModelBlob, 0, [], Ct);
        await new StoreClaim(database, Blobs).EnsureAsync(Ct);
        Assert.True(await new StoreClaim(database, Blobs).IsOursAsync(Ct));
    }

    [Fact]
    public async Task Ensure_FolderWithFilesOfOthers_IsTaken()
    {
        Directory.CreateDirectory(_folder["blobs"]);
        await File.WriteAllTextAsync(Path.Combine(_folder["blobs"], "notes.txt"), "mine", Ct);
        await using var database = await OpenAsync("first.db");
        await new StoreClaim(database, Blobs).EnsureAsync(Ct);
        Assert.True(await new StoreClaim(database, Blobs).IsOursAsync(Ct));
    }
}
