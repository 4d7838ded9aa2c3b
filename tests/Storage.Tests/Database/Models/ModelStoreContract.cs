using BatchEngine.Domain;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Tests.Database.Models;

public abstract class ModelStoreContract : StateContract
{
    private static readonly ModelSignature Signature =
        new([new TensorSpec("x", TensorElement.Float32, [-1, 8])], [new TensorSpec("y", TensorElement.Float32, [-1, 1])]);

    private ModelStore CreateSut() => new(Database);

    private Task<ModelRegistration> RegisterAsync(string name, string content, params StoredWeights[] weights) =>
        CreateSut().RegisterAsync(name, Digest.Of(content), Signature, $"models/{content}.onnx", 1234, weights, Ct);

    [Fact]
    public async Task Register_ModelWithWeights_KeepsThemByLocation()
    {
        StoredWeights[] weights =
        [
            new(new WeightFile("a.bin", Digest.Of("a"), 10), "models/x/a.bin"), new(new WeightFile("b c.bin", Digest.Of("b"), 20), "models/x/b=0020c.bin"),
        ];
        Assert.Equal(weights, (await RegisterAsync("net", "n", weights)).Model.Weights);
        await RegisterAsync("net", "in one file");
        Assert.Equal(weights, (await CreateSut().FindAsync("net", 1, Ct))!.Weights);
        Assert.Empty((await CreateSut().FindAsync("net", 2, Ct))!.Weights);
    }

    [Fact]
    public async Task Register_NewContent_GetsTheNextNumber()
    {
        Assert.Equal((1, true), ((await RegisterAsync("churn", "a")).Model.Version.Number, (await RegisterAsync("churn", "b")).IsNew));
        Assert.Equal(1, (await RegisterAsync("other", "a")).Model.Version.Number);
        var found = await CreateSut().FindAsync("churn", 2, Ct);
        Assert.Equal((Digest.Of("b"), "models/b.onnx", 1234L, Start), (found!.Version.Digest, found.BlobName, found.Bytes, found.RegisteredAt));
        Assert.Equal(StoredJson.Write(Signature), StoredJson.Write(found.Signature));
        Assert.Equal(["churn:1", "churn:2", "other:1"], (await CreateSut().ListAsync(null, Ct)).Select(m => m.Version.ToString()));
        Assert.Null(await CreateSut().FindAsync("churn", 3, Ct));
    }

    [Fact]
    public async Task Register_SameDigest_IsTheSameVersion()
    {
        await RegisterAsync("churn", "a");
        await RegisterAsync("churn", "b");
        var again = await RegisterAsync("churn", "a");
        Assert.Equal((1, false), (again.Model.Version.Number, again.IsNew));
    }

    [Fact]
    public async Task Register_ManyAtOnce_NumbersAreDistinct()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => RegisterAsync("churn", $"m{i % 6}"), Ct)));
        Assert.Equal(Enumerable.Range(1, 6), all.Select(r => r.Model.Version.Number).Distinct().Order());
        Assert.Equal(6, all.Count(r => r.IsNew));
    }

    [Fact]
    public async Task Alias_MovedAndRolledBack_KeepsItsHistory()
    {
        foreach (var content in new[] { "a", "b", "c" })
            await RegisterAsync("churn", content);
        foreach (var number in new[] { 1, 2, 2, 3 })
            await CreateSut().MoveAliasAsync("churn", "champion", number, "ada", Ct);
        Assert.Equal(["champion"], (await CreateSut().ByAliasAsync("churn", "champion", Ct))!.Aliases);
        Assert.Equal(2, (await CreateSut().RollBackAliasAsync("churn", "champion", "bob", Ct))!.Version.Number);
        Assert.Equal(1, (await CreateSut().RollBackAliasAsync("churn", "champion", "bob", Ct))!.Version.Number);
        Assert.Null(await CreateSut().RollBackAliasAsync("churn", "champion", "bob", Ct));
        Assert.Equal(1, (await CreateSut().ByAliasAsync("churn", "champion", Ct))!.Version.Number);
        var history = await CreateSut().AliasHistoryAsync("churn", Ct);
        Assert.Equal([(null, 1, false), (1, 2, false), (2, 3, false), (3, 2, true), (2, 1, true)], history.Select(m => (m.From, m.To, m.IsRollback)));
        Assert.Equal("bob", history[^1].By);
    }

    [Fact]
    public async Task Alias_ToAMissingVersion_IsRefused()
    {
        await RegisterAsync("churn", "a");
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().MoveAliasAsync("churn", "champion", 2, "ada", Ct));
        Assert.Null(await CreateSut().ByAliasAsync("churn", "champion", Ct));
        Assert.Empty(await CreateSut().AliasHistoryAsync("churn", Ct));
    }
}
