using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Tests.Database.Values;

/// <summary>Plan, checkpoint and receipt as the program of schema version 2 stored them: read for ever, without losing a value.</summary>
public sealed class GoldenRecordTests
{
    [Fact]
    public void Plan_OfSchema2_IsReadWhole()
    {
        var plan = Kept<RunPlan>("plan.json");
        Assert.Equal("golden_20261102T020000Z", plan.Run.ToString());
        Assert.Equal((2005L, 1, 50, 3, KeyKind.Int64), (plan.Manifest.Rows, plan.Shards.Count, plan.UnitRows, plan.Outputs.Count, plan.KeyKind));
        Assert.Equal(("churn", TimeSpan.FromHours(36), null), (plan.Job.Serving.Name, plan.Job.Serving.MaxAge, plan.Job.Serving.FormerJob));
        Assert.Equal("forest", plan.Arithmetic);
    }

    [Fact]
    public void Checkpoint_OfSchema2_IsReadWhole()
    {
        var checkpoint = Kept<Checkpoint>("checkpoint.json");
        Assert.Equal((4, new RowCounts(200, 200, 0, 0)), (checkpoint.NextUnitIndex, checkpoint.Counts));
        Assert.Equal(8391762769727999651UL, checkpoint.Artifacts[0].Checksum);
    }

    [Fact]
    public void Receipt_OfSchema2_IsReadWhole()
    {
        var receipt = Kept<ShardReceipt>("receipt.json");
        Assert.Equal((0, 1L, new RowCounts(2000, 2000, 0, 0)), (receipt.ShardIndex, receipt.Fence.Value, receipt.Final.Counts));
        Assert.All(receipt.Final.Profiles, p => Assert.Equal(2000, p.Counts.Sum() + p.Missing));
    }

    private static T Kept<T>(string file)
    {
        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Database", "Golden", file));
        var read = StoredJson.Read<T>(golden, file);
        using var before = JsonDocument.Parse(golden);
        using var now = JsonDocument.Parse(StoredJson.Write(read));
        MustKeep(before.RootElement, now.RootElement, "$");
        return read;
    }

    // Later versions may add members; none that was stored may vanish or change.
    private static void MustKeep(JsonElement before, JsonElement now, string place)
    {
        Assert.True(before.ValueKind == now.ValueKind, $"{place}: {before.ValueKind} became {now.ValueKind}");
        switch (before.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in before.EnumerateObject())
                {
                    Assert.True(now.TryGetProperty(member.Name, out var kept), $"{place}.{member.Name} was lost");
                    MustKeep(member.Value, kept, $"{place}.{member.Name}");
                }
                break;
            case JsonValueKind.Array:
                Assert.True(before.GetArrayLength() == now.GetArrayLength(), $"{place}: another length");
                foreach (var (old, kept) in before.EnumerateArray().Zip(now.EnumerateArray()))
                    MustKeep(old, kept, $"{place}[]");
                break;
            default:
                Assert.True(before.GetRawText() == now.GetRawText(), $"{place}: {before.GetRawText()} became {now.GetRawText()}");
                break;
        }
    }
}
