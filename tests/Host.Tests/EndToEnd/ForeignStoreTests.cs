using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class ForeignStoreTests
{
    [Theory]
    [InlineData("runs", "list")]
    [InlineData("serve", "--no-scheduler")]
    [InlineData("models", "list")]
    public async Task Command_NewDatabaseOverTheBlobsOfAnother_IsRefused(params string[] verb)
    {
        using var folder = new TemporaryFolder();
        (await ProgramRun.RunAsync("runs", "list", "--data", folder["first"])).MustEnd(0);
        var configuration = folder["second.yaml"];
        await File.WriteAllTextAsync(configuration,
            $"dataDirectory: {folder["second"]}\nblobs: {folder["first/blobs"]}\n", TestContext.Current.CancellationToken);

        (await ProgramRun.RunAsync([.. verb, "--config", configuration])).MustRefuse(folder["first/blobs"], "another database", "database", "blobs");
        (await ProgramRun.RunAsync("doctor", "--config", configuration)).MustEnd(1);
        (await ProgramRun.RunAsync("runs", "list", "--data", folder["first"])).MustEnd(0);
    }
}
