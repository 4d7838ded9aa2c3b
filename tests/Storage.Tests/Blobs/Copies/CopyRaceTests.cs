using System.Globalization;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.TestKit.Blobs;

namespace BatchEngine.Storage.Tests.Blobs.Copies;

/// <summary>Several processes share one folder of copies, too small for what they want, and some of them are killed.</summary>
public sealed class CopyRaceTests : CopiesTestBed
{
    private const string ChildBlobs = "BATCHENGINE_TEST_COPY_BLOBS", ChildCopies = "BATCHENGINE_TEST_COPY_FOLDER", ChildSeed = "BATCHENGINE_TEST_COPY_SEED";
    private const string ChildReady = "BATCHENGINE_TEST_COPY_READY", ChildRounds = "BATCHENGINE_TEST_COPY_ROUNDS";
    private const int Count = 12, Limit = 900_000;

    [Fact]
    public async Task Hold_TwoProcessesUnderLoadWhileOthersAreKilled_AllReadWhatWasWritten()
    {
        var artifacts = await PutAllAsync();
        using var first = Start(1, 100);
        using var second = Start(2, 100);
        for (var kill = 0; kill < 3; kill++)
        {
            using var victim = Start(10 + kill, int.MaxValue);
            await victim.ReadyAsync(ReadyFile(10 + kill), Ct);
            await Task.Delay(30 * (kill + 1), Ct);
            await victim.KillAsync(Ct);
        }
        await first.EndAsync(Ct);
        await second.EndAsync(Ct);
        foreach (var artifact in artifacts)
            await MustHoldAsync(CreateSut(Limit), artifact);
        Assert.Equal(0, Leftovers());
        Assert.InRange(Directory.EnumerateFiles(CopiesFolder, "blob", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 1, Limit);
    }

    [Fact]
    public async Task Child_Copies_Reads()
    {
        var blobs = Environment.GetEnvironmentVariable(ChildBlobs);
        Assert.SkipWhen(blobs is null, "NeedsParent: this is the second process of another test.");
        var inner = new LocalFolderBlobs(blobs!);
        var elsewhere = new ElsewhereBlobs(inner) { Reading = (_, content) => new SlowStream(content, TimeSpan.FromMilliseconds(1)) };
        var copies = new LocalCopies(elsewhere, Environment.GetEnvironmentVariable(ChildCopies)!, Limit);
        var artifacts = await AllAsync(inner);
        var seed = int.Parse(Environment.GetEnvironmentVariable(ChildSeed)!, CultureInfo.InvariantCulture);
        var rounds = int.Parse(Environment.GetEnvironmentVariable(ChildRounds)!, CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Environment.GetEnvironmentVariable(ChildReady)!, "", Ct);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            var random = new Random((seed * 10) + worker);
            for (var round = 0; round < rounds; round++)
            {
                var artifact = artifacts[random.Next(artifacts.Count)];
                try
                {
                    using var copy = await copies.HoldAsync(artifact, Ct);
                    await Task.Delay(random.Next(3), Ct);
                    Assert.Equal(artifact.Checksum, XxHash3.HashToUInt64(await File.ReadAllBytesAsync(copy.Path, Ct)));
                }
                catch (StorageFailedException full) when (full.Message.Contains("in use", StringComparison.Ordinal))
                {
                    // The others hold what fills the limit: tried again by whoever asked.
                }
            }
        }, Ct)));
    }

    private async Task<List<Artifact>> PutAllAsync()
    {
        for (var i = 0; i < Count; i++)
            await PutAsync($"runs/{i}", 200_000 + i);
        return await AllAsync(Inner);
    }

    private static async Task<List<Artifact>> AllAsync(LocalFolderBlobs blobs)
    {
        var all = new List<Artifact>();
        await foreach (var entry in blobs.ListAsync("", Ct))
        {
            var content = await File.ReadAllBytesAsync(blobs.FileOf(entry.Name), Ct);
            all.Add(new Artifact(entry.Name, ArtifactKind.Segment, content.Length, XxHash3.HashToUInt64(content), 0));
        }
        return all;
    }

    private string ReadyFile(int seed) => Path.Combine(Path.GetDirectoryName(CopiesFolder)!, $"ready-{seed}");

    private ChildTest Start(int seed, int rounds) => ChildTest.Start(nameof(Child_Copies_Reads), (ChildBlobs, Inner.Place), (ChildCopies, CopiesFolder),
        (ChildSeed, seed.ToString(CultureInfo.InvariantCulture)), (ChildRounds, rounds.ToString(CultureInfo.InvariantCulture)), (ChildReady, ReadyFile(seed)));
}
