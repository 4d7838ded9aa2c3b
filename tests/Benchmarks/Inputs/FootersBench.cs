using System.Diagnostics;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Objects;
using ParquetSharp;

namespace BatchEngine.Benchmarks.Inputs;

/// <summary>Planning from the listing and the footers of an object store: cold, and with the footers known. The store is TestKit's, in this process: its work
/// is
/// part of the time.</summary>
public static class FootersBench
{
    private const int Columns = 10;

    /// <summary>Measures and prints; leaves the raw figures.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (files, groups, repeats) = (Number(args, "--files", 10_000), Number(args, "--groups", 100), Number(args, "--repeats", 3));
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            await using var server = await ObjectServer.StartAsync("bench");
            var (content, footer) = File(Path.Combine(folder, "file.parquet"), groups);
            for (var i = 0; i < files; i++)
                server.Bucket("bench").Put(string.Create(CultureInfo.InvariantCulture, $"customers/day=2026-11-{1 + (i % 28):D2}/part-{i:D5}.parquet"), content,
                    etag: string.Create(CultureInfo.InvariantCulture, $"{i:x32}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{files:N0} files of {groups} row groups and {Columns} columns, footers of {footer:N0} bytes"));
            var runs = new List<Figures>();
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                var cache = Path.Combine(folder, $"footers-{repeat}");
                var cold = await PlanAsync(server, cache, "cold");
                var known = await PlanAsync(server, cache, "known");
                if (cold.Manifest != known.Manifest)
                    throw new InvariantBrokenException("a plan does not depend on what is known already", "two manifests");
                runs.AddRange([cold, known]);
            }
            var medians = runs.GroupBy(r => r.Variant).ToDictionary(g => g.Key, g => g.Select(r => r.Seconds).Order().ElementAt(g.Count() / 2));
            BenchResults.Save(string.Create(CultureInfo.InvariantCulture, $"footers-{files}-{groups}.json"),
                string.Create(CultureInfo.InvariantCulture, $"footers --files {files} --groups {groups} --repeats {repeats}"), medians, runs);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figures> PlanAsync(ObjectServer server, string cache, string variant)
    {
        using var sources = new ObjectSources(server.Options, TimeProvider.System);
        var requests = server.Requests.Count;
        var started = Stopwatch.GetTimestamp();
        var manifest = await InputCatalog.FreezeAsync(["s3://bench/customers/**/*.parquet"], _ => new InputNeeds(["c0", "c1", "day"], null, []),
            new InputFiles(sources) { FooterFolder = cache }, CancellationToken.None);
        var frozen = Stopwatch.GetElapsedTime(started);
        var shards = ShardCuts.Cut(manifest, PlanLimits.MaxShards);
        var digest = manifest.Digest;
        var bytes = StoredJson.Write(manifest);
        var whole = Stopwatch.GetElapsedTime(started);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{variant,-6} {whole.TotalSeconds,6:0.00} s (manifest {frozen.TotalSeconds:0.00} s), {server.Requests.Count - requests:N0} requests, "
            + $"{manifest.Files.Sum(f => f.RowGroups.Count):N0} row groups in {shards.Count:N0} shards, {bytes.Length:N0} characters of manifest"));
        return new Figures(variant, whole.TotalSeconds, frozen.TotalSeconds, server.Requests.Count - requests, $"{digest} {Digest.Of(bytes)}");
    }

    private static (byte[] Content, int Footer) File(string path, int groups)
    {
        using (var writer = new ParquetFileWriter(path, [.. Enumerable.Range(0, Columns).Select(c => (Column)new Column<float>($"c{c}"))]))
        {
            for (var i = 0; i < groups; i++)
            {
                using var group = writer.AppendRowGroup();
                for (var c = 0; c < Columns; c++)
                {
                    using var column = group.NextColumn().LogicalWriter<float>();
                    column.WriteBatch([i, c, 1, 2]);
                }
            }
            writer.Close();
        }
        var content = System.IO.File.ReadAllBytes(path);
        return (content, BitConverter.ToInt32(content, content.Length - 8));
    }

    private static int Number(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>One planning.</summary>
    /// <param name="Variant">Cold, or with the footers known.</param>
    /// <param name="Seconds">Listing, footers, manifest, shards and the manifest's JSON.</param>
    /// <param name="FreezeSeconds">Of them listing, footers and manifest.</param>
    /// <param name="Requests">What the store was asked.</param>
    /// <param name="Manifest">Digests of the manifest.</param>
    private sealed record Figures(string Variant, double Seconds, double FreezeSeconds, int Requests, string Manifest);
}
