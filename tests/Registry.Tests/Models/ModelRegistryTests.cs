using BatchEngine.Domain;
using BatchEngine.Registry.Models;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Models;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Registry.Tests;

public sealed class ModelRegistryTests : IAsyncLifetime
{
    private static readonly ModelSignature Signature =
        new([new TensorSpec("x", TensorElement.Float32, [-1, 2])], [new TensorSpec("y", TensorElement.Float32, [-1, 1])]);
    private StateFolder _state = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(new FakeTimeProvider(), Ct);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    private ModelRegistry CreateSut(IBlobStore? blobs = null) =>
        new(new ModelStore(_state.Database), FromFiles(blobs), CopiesOf(blobs), Inspect);

    private FileModels FromFiles(IBlobStore? blobs = null) => new(new FileModelStore(_state.Database), CopiesOf(blobs));

    private LocalCopies CopiesOf(IBlobStore? blobs) => new(blobs ?? _state.Blobs, _state["cache"], null);

    private string Write(string file, string content)
    {
        var path = _state[file];
        File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public async Task Register_File_IsCopiedUnderItsDigestAndResolvedFromTheCopy()
    {
        var path = Write("churn.onnx", "model one");
        var registered = await CreateSut().RegisterAsync("churn", path, Ct);
        Assert.True(registered.IsNew);
        Assert.Equal(new ModelVersion("churn", 1, Digest.Of("model one")), registered.Model.Version);
        File.Delete(path);
        var resolved = await CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct);
        Assert.Equal(registered.Model.Version, resolved.Version);
        Assert.Equal("model one", await File.ReadAllTextAsync(resolved.LocalPath, Ct));
        Assert.Equal("x", resolved.Signature.Inputs.Single().Name);
    }

    [Fact]
    public async Task FromFiles_FileThatWasPlannedAndThenReplaced_IsFoundByItsDigest()
    {
        var path = Write("planned.onnx", "as planned");
        var planned = (await CreateSut().ResolveAsync(new ModelReference.ByFile(path), Ct)).Version;
        await FromFiles().KeepAsync(planned, path, [], Ct);
        await FromFiles().KeepAsync(planned, path, [], Ct);
        File.Delete(path);

        var found = await FromFiles().TakeOutAsync(planned.Digest, Ct);

        Assert.Equal("as planned", await File.ReadAllTextAsync(found!, Ct));
        Assert.Null(await FromFiles().TakeOutAsync(Digest.Of("another"), Ct));
    }

    [Fact]
    public async Task FromFiles_FileThatIsNotWhatWasPlanned_IsRefused()
    {
        var path = Write("planned.onnx", "as planned");
        var planned = (await CreateSut().ResolveAsync(new ModelReference.ByFile(path), Ct)).Version;
        Write("planned.onnx", "replaced");

        Assert.Contains("another content", (await Assert.ThrowsAsync<BadInputException>(() => FromFiles().KeepAsync(planned, path, [], Ct))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_SameBytesAgain_IsTheSameVersion()
    {
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        await CreateSut().RegisterAsync("churn", Write("b.onnx", "two"), Ct);
        var again = await CreateSut().RegisterAsync("churn", Write("c.onnx", "one"), Ct);
        Assert.Equal((1, false), (again.Model.Version.Number, again.IsNew));
        Assert.Equal([1, 2], (await CreateSut().ListAsync("churn", Ct)).Select(m => m.Version.Number));
    }

    [Fact]
    public async Task Register_DamagedStoredCopy_IsReplacedBySoundBytes()
    {
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        var stored = (await CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct)).LocalPath;
        await File.WriteAllTextAsync(stored, "onf", Ct);
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        Assert.Equal("one", await File.ReadAllTextAsync((await CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct)).LocalPath, Ct));
    }

    [Fact]
    public async Task Register_StoredFileThatASweepIsAboutToTake_StaysResolvable()
    {
        var path = Write("a.onnx", "one");
        var left = $"models/{Digest.Of("one").Hex}.onnx";
        await using (var orphan = await _state.Blobs.CreateAsync(left, Ct))
        {
            await orphan.Content.WriteAsync("one"u8.ToArray(), Ct);
            await orphan.CommitAsync(Ct);
        }
        File.SetLastWriteTimeUtc(_state.Blobs.FileOf(left), DateTime.UtcNow.AddDays(-3));

        await new BlobSweeper(_state.Blobs, TimeProvider.System).SweepAsync([""], async (_, ct) =>
        {
            await CreateSut().RegisterAsync("churn", path, ct); // Its row comes after those that the sweep goes by.
            return new HashSet<string>();
        }, BlobSweeper.DefaultGrace, Ct);

        Assert.Equal("one", await File.ReadAllTextAsync((await CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct)).LocalPath, Ct));
    }

    [Fact]
    public async Task Register_NoModel_StoresNothing()
    {
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RegisterAsync("churn", Write("a.onnx", "corrupt"), Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RegisterAsync("churn", Write("b.onnx", ""), Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RegisterAsync("../churn", Write("c.onnx", "one"), Ct));
        Assert.Empty(await CreateSut().ListAsync(null, Ct));
        await foreach (var blob in _state.Blobs.ListAsync("", Ct))
            Assert.Fail($"{blob.Name} was stored");
    }

    [Fact]
    public async Task Register_MissingFile_NamesTheNearestBesideIt()
    {
        Write("churn.onnx", "one");
        var failure = await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RegisterAsync("churn", _state["chrun.onnx"], Ct));
        Assert.Contains("churn.onnx", failure.Remedy);
    }

    [Fact]
    public async Task Resolve_FlippedByteInTheStore_IsCorruptEachTime()
    {
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "model one"), Ct);
        await CreateSut().PromoteAsync("churn", 1, ModelRegistry.Champion, "ada", Ct);
        var stored = (await CreateSut().ResolveAsync(new ModelReference.ByAlias("churn", "champion"), Ct)).LocalPath;
        await File.WriteAllTextAsync(stored, "model onf", Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().ResolveAsync(new ModelReference.ByAlias("churn", "champion"), Ct));
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct));
        File.Delete(stored);
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct));
    }

    [Fact]
    public async Task Resolve_FileNeverRegistered_HasNumberZero()
    {
        var path = Write("my model (2).onnx", "one");
        var resolved = await CreateSut().ResolveAsync(new ModelReference.ByFile(path), Ct);
        Assert.Equal(new ModelVersion("my-model--2-", 0, Digest.Of("one")), resolved.Version);
        Assert.Equal(path, resolved.LocalPath);
        Assert.Empty(await CreateSut().ListAsync(null, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByFile(path + "x"), Ct));
    }

    [Fact]
    public async Task Resolve_UnknownNames_SayWhatThereIs()
    {
        Assert.Contains("registry is empty",
            (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByAlias("churn", "champion"), Ct))).Message);
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        await CreateSut().RegisterAsync("fraud", Write("a.onnx", "two"), Ct);
        Assert.Equal("one of: churn, fraud",
            (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByAlias("chrun", "champion"), Ct))).Expected);
        Assert.Contains("no alias is set",
            (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByAlias("churn", "champion"), Ct))).Expected);
        await CreateSut().PromoteAsync("churn", 1, ModelRegistry.Champion, "ada", Ct);
        Assert.Equal("one of: champion",
            (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByAlias("churn", "champoin"), Ct))).Expected);
        Assert.Contains("from 1 to 1",
            (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ResolveAsync(new ModelReference.ByNumber("churn", 7), Ct))).Expected);
    }

    [Fact]
    public async Task Promote_ThenRollback_MovesTheAliasAndKeepsHistory()
    {
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        await CreateSut().RegisterAsync("churn", Write("a.onnx", "two"), Ct);
        await CreateSut().PromoteAsync("churn", 1, ModelRegistry.Champion, "ada", Ct);
        Assert.Equal(["champion"], (await CreateSut().PromoteAsync("churn", 2, ModelRegistry.Champion, "ada", Ct)).Aliases);
        Assert.Equal(1, (await CreateSut().RollbackAsync("churn", ModelRegistry.Champion, "bob", Ct)).Version.Number);
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RollbackAsync("churn", ModelRegistry.Champion, "bob", Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().RollbackAsync("churn", "challenger", "bob", Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().PromoteAsync("churn", 3, ModelRegistry.Champion, "ada", Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().PromoteAsync("churn", 1, "no alias", "ada", Ct));
        var card = await CreateSut().ShowAsync("churn", Ct);
        Assert.Equal([1, 2, 1], card.AliasHistory.Select(m => m.To));
        Assert.Equal(2, card.Versions.Count);
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ShowAsync("fraud", Ct));
    }

    [Fact]
    public async Task Resolve_StoreElsewhere_KeepsOneVerifiedCopyHere()
    {
        var remote = new ElsewhereBlobs(_state.Blobs);
        await CreateSut(remote).RegisterAsync("churn", Write("a.onnx", "one"), Ct);
        var resolved = await CreateSut(remote).ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct);
        Assert.StartsWith(_state["cache"], resolved.LocalPath);
        Assert.Equal(2, remote.Reads.Values.Single()); // compared once after it was stored, fetched once
        await File.WriteAllTextAsync(resolved.LocalPath, "onf", Ct);
        var again = await CreateSut(remote).ResolveAsync(new ModelReference.ByNumber("churn", 1), Ct);
        Assert.Equal("one", await File.ReadAllTextAsync(again.LocalPath, Ct));
    }

    [Theory]
    [InlineData("net.onnx.data", false)]
    [InlineData("sub/weights.bin", false)]
    [InlineData("my weights=1.bin", false)]
    [InlineData(".hidden", false)]
    [InlineData("net.onnx.data", true)]
    public async Task Register_ModelWithWeights_TakesThemAlongUnderTheirNames(string location, bool isElsewhere)
    {
        IBlobStore blobs = isElsewhere ? new ElsewhereBlobs(_state.Blobs) : _state.Blobs;
        Directory.CreateDirectory(_state["given/sub"]);
        var path = Write("given/net.onnx", $"weights: {location}");
        Write($"given/{location}", "first");
        var registered = (await CreateSut(blobs).RegisterAsync("net", path, Ct)).Model;
        Assert.NotEqual(Digest.Of(await File.ReadAllBytesAsync(path, Ct)), registered.Version.Digest);
        Assert.Equal((location, 5L), (registered.Weights.Single().File.Location, registered.Weights.Single().File.Bytes));
        Directory.Delete(_state["given"], recursive: true);

        var resolved = await CreateSut(blobs).ResolveAsync(new ModelReference.ByNumber("net", 1), Ct);
        Assert.Equal(registered.Version, resolved.Version);
        Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(resolved.LocalPath)!, location), Ct));
        Assert.Subset((HashSet<string>)[.. await _state.Database.AllBlobNamesAsync(Ct)],
            (HashSet<string>)[.. await _state.Blobs.ListAsync("", Ct).Select(b => b.Name).ToArrayAsync(Ct)]);
    }

    [Fact]
    public async Task Register_SameGraphWithOtherWeights_IsAnotherVersion()
    {
        var path = Write("net.onnx", "weights: w.bin");
        Write("w.bin", "first");
        await CreateSut().RegisterAsync("net", path, Ct);
        Write("w.bin", "other");
        Assert.Equal((2, true), (await CreateSut().RegisterAsync("net", path, Ct)) is var again ? (again.Model.Version.Number, again.IsNew) : default);
        Assert.Equal((2, false), (await CreateSut().RegisterAsync("net", path, Ct)) is var third ? (third.Model.Version.Number, third.IsNew) : default);
        Assert.NotEqual((await CreateSut().ResolveAsync(new ModelReference.ByFile(path), Ct)).Version.Digest,
            (await CreateSut().ResolveAsync(new ModelReference.ByNumber("net", 1), Ct)).Version.Digest);
    }

    [Fact]
    public async Task Resolve_FlippedByteInStoredWeights_IsCorrupt()
    {
        var path = Write("net.onnx", "weights: w.bin");
        Write("w.bin", "first");
        var stored = (await CreateSut().RegisterAsync("net", path, Ct)).Model.Weights.Single().BlobName;
        await File.WriteAllTextAsync(_state.Blobs.FileOf(stored), "fitst", Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().ResolveAsync(new ModelReference.ByNumber("net", 1), Ct));
        await CreateSut().RegisterAsync("net", path, Ct);
        Assert.Equal(1, (await CreateSut().ResolveAsync(new ModelReference.ByNumber("net", 1), Ct)).Version.Number);
    }

    /// <summary>Calls a file that says "corrupt" no model.</summary>
    private static InspectedModel Inspect(string path) => File.ReadAllText(path) == "corrupt"
        ? throw new BadInputException(path, "no ONNX model", "an ONNX model", "Export it again.")
        : new InspectedModel(Signature, WeightFilesOf(path));

    /// <summary>A text file names its weight file after "weights: ".</summary>
    private static string[] WeightFilesOf(string path) => File.ReadAllText(path).Split("weights: ") is [_, var name] ? [name] : [];
}
