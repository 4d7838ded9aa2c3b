using BatchEngine.Scorer.Onnx.Sessions;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Onnx;

public sealed class RefusalSearchTests
{
    [Fact]
    public void Rows_ThatFailAlone_AreFoundWithTheirOwnReason() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 59].HashSet[0, 60]).Sample((rows, chosen) =>
    {
        int[] bad = [.. chosen.Where(r => r < rows).Order()];
        if (bad.Length == 0)
            return;
        var tries = 0;
        string? Attempt(int from, int count)
        {
            tries++;
            var first = Array.FindIndex(bad, r => r >= from && r < from + count);
            return first < 0 ? null : $"row {bad[first]}";
        }
        var found = RefusalSearch.Rows(0, rows, $"row {bad[0]}", Attempt);
        Assert.Equal(bad.Select(r => (r, $"row {r}")), found);
        Assert.True(tries <= 2 * rows, $"{tries} tries for {rows} rows");
    });

    [Fact]
    public void Rows_OfABatchThatFailsOnlyAsAWhole_AreNone() =>
        Assert.Empty(RefusalSearch.Rows(0, 100, "too large", (_, count) => count > 50 ? "too large" : null));

    [Fact]
    public void SharedBy_OneGoodRowAmongTheProbes_IsNotShared()
    {
        Assert.Equal("no", RefusalSearch.SharedBy(1_000, (_, _) => "no"));
        Assert.Null(RefusalSearch.SharedBy(1_000, (from, _) => from == 999 ? null : "no"));
        Assert.Null(RefusalSearch.SharedBy(RefusalSearch.Probes - 1, (_, _) => "no"));
    }
}
