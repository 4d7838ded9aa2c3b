using System.Reflection;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Storage.Blobs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Composition;

/// <summary>Exports into a store, killed at every step.</summary>
public sealed class StoreExportTests : IDisposable
{
    private const string ManifestName = "_manifest.json";

    private readonly TemporaryFolder _folder = new();
    private readonly LocalFolderBlobs _blobs;
    private readonly LocalFolderBlobs _target;

    public StoreExportTests() => (_blobs, _target) = (new LocalFolderBlobs(_folder["blobs"]), new LocalFolderBlobs(_folder["target"]));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_KilledBeforeAnyStep_IsInvisibleUntilWhole(bool overAnOlderExport)
    {
        var (files, manifest) = await OutputAsync("new");
        var (oldFiles, oldManifest) = await OutputAsync("old"); // the same names and lengths, and one file more
        var old = await BlobFileAsync("runs/r/output/old-only.parquet", "o");
        oldFiles.Add((old, "old-only.parquet"));
        for (var step = 0; ; step++)
        {
            foreach (var name in await NamesAsync())
                await _target.DeleteAsync(name, Ct);
            if (overAnOlderExport)
                await new StoreExport(_blobs, _target).WriteAsync(oldFiles, oldManifest, Ct);
            else
                await PutAsync("theirs.txt", "stays");
            var killed = Killed.Over(_target, step);
            var isDone = true;
            try
            {
                await new StoreExport(_blobs, killed).WriteAsync(files, manifest, Ct);
            }
            catch (OperationCanceledException)
            {
                isDone = false;
            }
            if (await VisibleAsync() is { } visible)
                await MustHoldAsync(visible == Text(manifest) ? files : oldFiles);
            await new StoreExport(_blobs, _target).WriteAsync(files, manifest, Ct);
            Assert.Equal(Text(manifest), await VisibleAsync());
            await MustHoldAsync(files);
            Assert.Equal(overAnOlderExport ? ["a.parquet", "rejects/b.parquet", ManifestName] : ["a.parquet", "rejects/b.parquet", "theirs.txt", ManifestName],
                (await NamesAsync()).OrderBy(n => n.StartsWith('_')).ThenBy(n => n, StringComparer.Ordinal));
            if (isDone)
            {
                Assert.InRange(step, 4, 20);
                return;
            }
        }
    }

    [Fact]
    public async Task Write_Again_WritesNothing()
    {
        var (files, manifest) = await OutputAsync("new");
        Assert.Equal(0, await new StoreExport(_blobs, _target).WriteAsync(files, manifest, Ct));
        Assert.Equal(0, await new StoreExport(_blobs, Killed.Over(_target, 0)).WriteAsync(files, manifest, Ct));
        await _target.DeleteAsync("a.parquet", Ct);
        Assert.Equal(1, await new StoreExport(_blobs, _target).WriteAsync(files, manifest, Ct));
        await MustHoldAsync(files);
    }

    [Fact]
    public async Task Write_DamagedBlob_IsNotCopied()
    {
        var (files, manifest) = await OutputAsync("new");
        files[0] = (files[0].Artifact with { Checksum = 1 }, files[0].Name);
        await Assert.ThrowsAsync<CorruptDataException>(() => new StoreExport(_blobs, _target).WriteAsync(files, manifest, Ct));
        Assert.Null(await VisibleAsync());
        Assert.DoesNotContain("a.parquet", await NamesAsync());
    }

    [Fact]
    public async Task Probe_LeavesNothing()
    {
        await new StoreExport(_blobs, _target).ProbeAsync(Ct);
        Assert.Empty(await NamesAsync());
        await Assert.ThrowsAsync<OperationCanceledException>(() => new StoreExport(_blobs, Killed.Over(_target, 1)).ProbeAsync(Ct));
    }

    private static string Text(byte[] content) => System.Text.Encoding.UTF8.GetString(content);

    private async Task<(List<(Artifact Artifact, string Name)> Files, byte[] Manifest)> OutputAsync(string content)
    {
        var a = await BlobFileAsync($"runs/{content}/a.parquet", content + "-a");
        var b = await BlobFileAsync($"runs/{content}/b.parquet", content + "-b");
        var names = content == "old" ? """, { "name": "old-only.parquet" }""" : "";
        return ([(a, "a.parquet"), (b, "rejects/b.parquet")], System.Text.Encoding.UTF8.GetBytes(
            $$"""{ "run": "{{content}}", "inputDigest": "d", "files": [{ "name": "a.parquet" }, { "name": "rejects/b.parquet" }{{names}}] }"""));
    }

    private async Task<Artifact> BlobFileAsync(string name, string content)
    {
        await using var writer = await _blobs.CreateAsync(name, Ct);
        await writer.Content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content), Ct);
        var info = await writer.CommitAsync(Ct);
        return new Artifact(name, ArtifactKind.Output, info.Bytes, info.Checksum, 1);
    }

    private Task PutAsync(string name, string content) => new StoreExport(_blobs, _target).PutAsync(name, System.Text.Encoding.UTF8.GetBytes(content), Ct);

    private async Task<string?> VisibleAsync() => await _target.LengthAsync(ManifestName, Ct) is null ? null : await ReadAsync(ManifestName);

    private async Task<string> ReadAsync(string name)
    {
        using var reader = new StreamReader(await _target.OpenReadAsync(name, Ct));
        return await reader.ReadToEndAsync(Ct);
    }

    private async Task MustHoldAsync(IEnumerable<(Artifact Artifact, string Name)> files)
    {
        foreach (var (artifact, name) in files)
            await _target.VerifyAsync(name, artifact.Bytes, artifact.Checksum, Ct);
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var entry in _target.ListAsync("", Ct))
            names.Add(entry.Name);
        return names;
    }

    /// <summary>A store whose process is killed before a step that changes it.</summary>
    public class Killed : DispatchProxy
    {
        private IBlobStore _store = null!;
        private int _left;

        public static IBlobStore Over(IBlobStore store, int steps)
        {
            var proxy = Create<IBlobStore, Killed>();
            ((Killed)(object)proxy)._store = store;
            ((Killed)(object)proxy)._left = steps;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name is nameof(IBlobStore.CreateAsync) or nameof(IBlobStore.DeleteAsync) && Interlocked.Decrement(ref _left) < 0)
                throw new OperationCanceledException("killed");
            return targetMethod.Invoke(_store, args);
        }
    }
}
