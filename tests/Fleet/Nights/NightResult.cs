using System.Globalization;
using System.Text.Json;
using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Fleet.Nights;

/// <summary>What a night left that no fault may change: every segment byte for byte (by checksum), and every row of the Parquet output.</summary>
/// <param name="Segments">"partition bytes checksum keys", by partition.</param>
/// <param name="Rows">Each row as text without what names the run, by key.</param>
internal sealed record NightResult(IReadOnlyList<string> Segments, IReadOnlyDictionary<long, string> Rows)
{
    private static readonly string[] s_ofTheRun = ["run_id", "scored_at"];

    /// <summary>Reads it from what `snapshots list --json` says and the output folder of the run.</summary>
    public static NightResult Read(JsonElement snapshots, string run, string outputs)
    {
        var snapshot = snapshots.EnumerateArray().Select(s => s.GetProperty("snapshot")).Single(s => s.GetProperty("run").GetString() == run);
        var segments = snapshot.GetProperty("segments").EnumerateArray().Select(s =>
        {
            var artifact = s.GetProperty("artifact");
            return string.Create(CultureInfo.InvariantCulture,
                $"{s.GetProperty("partition")} {artifact.GetProperty("bytes")} {artifact.GetProperty("checksum")} {s.GetProperty("keys")}");
        });
        return new NightResult([.. segments.Order(StringComparer.Ordinal)], ParquetRows.Read(Path.Combine(outputs, run), "customer_id", s_ofTheRun));
    }

    /// <summary>Fails the test unless the other night left the same.</summary>
    public void MustBe(NightResult undisturbed, string told)
    {
        Assert.True(undisturbed.Segments.SequenceEqual(Segments),
            $"{told}: segments differ:\n{string.Join('\n', Segments)}\nundisturbed:\n{string.Join('\n', undisturbed.Segments)}");
        Assert.Equal(undisturbed.Rows.Count, Rows.Count);
        foreach (var (key, row) in undisturbed.Rows)
            Assert.True(Rows.TryGetValue(key, out var other) && other == row, $"{told}: key {key} is '{other}', undisturbed '{row}'");
    }
}
