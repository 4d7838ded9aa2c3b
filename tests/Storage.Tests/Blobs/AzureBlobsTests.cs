using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

/// <summary>What every blob store promises, over the emulator of Azure Storage.</summary>
public sealed class AzureBlobsTests : BlobStoreContract, IClassFixture<AzuriteServer>
{
    private static int s_tests;
    private readonly AzuriteServer _server;
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref s_tests)}");

    public AzureBlobsTests(AzuriteServer server)
    {
        _server = server;
        server.Need();
    }

    protected override IBlobStore CreateSut() => Open($"az://{AzuriteServer.Container}/{_prefix}");

    protected override Task AgeAsync(string name, TimeSpan age)
    {
        Assert.Skip("NeedsOldBlobs: the emulator makes none; markers and announcements are the same code for every store.");
        return Task.CompletedTask;
    }

    private IBlobStore Open(string place) => BlobStores.Open(place, _server.Options with { PartBytes = 1 << 20 }, TimeProvider.System, Assert.Fail);

    [Fact]
    public async Task Container_Missing_IsSaid()
    {
        var blobs = Open("az://no-such-container/p");
        foreach (var act in new Func<Task>[] { () => blobs.LengthAsync("a", Ct), () => blobs.OpenReadAsync("a", Ct), () => blobs.OwnerAsync(Ct) })
        {
            var failure = await Assert.ThrowsAsync<StorageFailedException>(act);
            Assert.Contains("there is no such container (ContainerNotFound", failure.Message);
            Assert.StartsWith("az://no-such-container/p/", failure.Message);
            Assert.DoesNotContain("\n", failure.Message);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task Object_ReplacedWhileRead_IsSaidAndStopped()
    {
        await PutAsync("a", new byte[2_000_000]);
        await using var stream = await CreateSut().OpenReadAsync("a", Ct);
        await stream.ReadExactlyAsync(new byte[1000], Ct);
        await PutAsync("a", new byte[1_500_000]);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => stream.CopyToAsync(Stream.Null, Ct));
        Assert.Contains("was replaced while it was read", failure.Message);
    }

    [Fact]
    public async Task Key_OfAnotherAccount_IsRefusedWithoutShowingIt()
    {
        var known = Environment.GetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING")!;
        try
        {
            Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", known.Replace("AccountKey=Eby8", "AccountKey=AAAA"));
            var failure = await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut().LengthAsync("a", Ct));
            Assert.Contains("AZURE_STORAGE_CONNECTION_STRING", failure.Message);
            Assert.DoesNotContain("vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50", failure.ToString());
            Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", "not=a;connection");
            Assert.Contains("not shown", Assert.Throws<BadInputException>(CreateSut).Message);
            Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", null);
            Assert.Contains("objectStore.endpoint", Assert.Throws<BadInputException>(CreateSut).Message);
        }
        finally
        {
            Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", known);
        }
    }
}
