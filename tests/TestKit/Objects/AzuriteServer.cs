using Azure.Storage.Blobs;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.TestKit.Objects;

/// <summary>npm's azurite: the emulator of Azure Storage. The account is its well-known one, reached by a connection string in the environment.</summary>
public sealed class AzuriteServer : NodeServer
{
    /// <summary>The container that it has.</summary>
    public const string Container = "test-container";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>How to reach it.</summary>
    public ObjectStoreOptions Options => new() { RetryFor = TimeSpan.FromSeconds(10) };

    /// <inheritdoc/>
    protected override string Script => "azurite/dist/src/blob/main.js";

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
        ["--location", Folder, "--blobHost", "127.0.0.1", "--blobPort", PortText, "--silent", "--skipApiVersionCheck", "--disableTelemetry"];

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (WhyNot is not null)
            return;
        var account = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};"
            + $"BlobEndpoint=http://127.0.0.1:{PortText}/devstoreaccount1;";
        Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", account);
        await new BlobContainerClient(account, Container).CreateIfNotExistsAsync();
    }
}
