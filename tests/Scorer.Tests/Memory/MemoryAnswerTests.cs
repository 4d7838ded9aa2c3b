using BatchEngine.Domain;
using BatchEngine.Scorer.Memory;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Memory;

public sealed class MemoryAnswerTests
{
    private static readonly MemoryNeed s_need = new(ProcessBytes: 100_000_000, WorkerBytes: 50_000_000, RowBytes: 1_000);

    [Fact]
    public void Limit_WithRoomForAll_ChangesNothing() =>
        Assert.Equal(new MemoryAnswer.Fits(2, 131_072, 100_000_000 + (2 * 50_000_000) + (2 * 131_072_000)), MemoryAnswer.Of(s_need, 1_000_000_000, 2, 131_072));

    [Fact]
    public void Limit_TooSmallForTheUnits_CutsThemToAPowerOfTwo_AndKeepsTheWorkers() =>
        Assert.Equal(new MemoryAnswer.Fits(2, 65_536, 100_000_000 + (2 * 50_000_000) + (2 * 65_536_000)), MemoryAnswer.Of(s_need, 400_000_000, 2, 131_072));

    [Fact]
    public void Limit_TooSmallForTheWorkersWithTheSmallestUnits_TakesFewerWorkers() =>
        Assert.Equal(new MemoryAnswer.Fits(1, 32_768, 100_000_000 + 50_000_000 + 32_768_000), MemoryAnswer.Of(s_need, 200_000_000, 2, 131_072));

    [Fact]
    public void Limit_TooSmallForOneWorker_NamesTheLeastThatWouldDo()
    {
        var small = Assert.IsType<MemoryAnswer.TooSmall>(MemoryAnswer.Of(s_need, 150_000_000, 4, 131_072));
        Assert.Equal(155_000_000, small.LeastBytes);
        Assert.IsType<MemoryAnswer.Fits>(MemoryAnswer.Of(s_need, small.LeastBytes, 4, 131_072));
    }

    [Fact]
    public void UnitsSmallerThanTheLeast_AreNotMadeLarger() =>
        Assert.Equal(new MemoryAnswer.Fits(3, 7, s_need.Of(3, 7)), MemoryAnswer.Of(s_need, 1_000_000_000, 3, 7));

    [Fact]
    public void EveryPlan_StaysUnderItsLimit_AndNoLargerOneOfItsShapeWould()
    {
        Gen.Select(Gen.Long[0, 1L << 33], Gen.Long[0, 1L << 30], Gen.Long[0, 1L << 28], Gen.Long[0, 1L << 17], Gen.Int[1, 64], Gen.Int[1, 1 << 22])
            .Sample((limit, process, worker, row, workers, rows) =>
        {
            var need = new MemoryNeed(process, worker, row);
            switch (MemoryAnswer.Of(need, limit, workers, rows))
            {
                case MemoryAnswer.Fits fits:
                    Assert.InRange(fits.Bytes, 0, limit);
                    Assert.Equal(need.Of(fits.Workers, fits.UnitRows), fits.Bytes);
                    Assert.InRange(fits.UnitRows, Math.Min(MemoryAnswer.MinUnitRows, rows), rows);
                    if (fits.Workers < workers)
                        Assert.True(need.Of(fits.Workers + 1, Math.Min(MemoryAnswer.MinUnitRows, rows)) > limit);
                    break;
                case MemoryAnswer.TooSmall small:
                    Assert.True(small.LeastBytes > limit);
                    Assert.IsType<MemoryAnswer.Fits>(MemoryAnswer.Of(need, small.LeastBytes, workers, rows));
                    break;
            }
        });
    }

    [Fact]
    public void Ceiling_ThatIsTooSmall_SaysSeenAndLeast()
    {
        var failure = Assert.Throws<BadInputException>(() => new MemoryCeiling(150_000_000).Fit(s_need, 2, 131_072));
        Assert.Contains("150 MB", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at least 155 MB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ceiling_BelowWhatTheProcessHolds_IsNoticed() =>
        Assert.Contains("in use", Assert.Throws<BadInputException>(() => new MemoryCeiling(1_000_000).Check()).Message, StringComparison.Ordinal);
}
