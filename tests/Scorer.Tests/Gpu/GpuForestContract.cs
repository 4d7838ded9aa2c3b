using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Gpu;
using BatchEngine.Scorer.Tests.Forests;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>What a forest on any device must do: equal the reference bit for bit, whatever the shape, the tiles and the stages, and give its memory back.
/// Inputs are small, because the simulated device is slow.</summary>
public abstract class GpuForestContract
{
    private const long MemoryBytes = 1 << 28;

    private static readonly Gen<ForestShape> s_shapes =
        from seed in Gen.Int
        from trees in Gen.OneOf(Gen.Int[1, 4], Gen.Int[5, 25])
        from depth in Gen.Int[0, 7]
        from stop in Gen.OneOf([.. new[] { 0.0, 0.1, 0.35 }.Select(v => Gen.Const(v))])
        from features in Gen.OneOf(Gen.Int[1, 4], Gen.Int[5, 40])
        from grid in Gen.OneOf([.. new[] { 3, 40, 900 }.Select(v => Gen.Const(v))])
        from modes in Gen.Bool
        from missing in Gen.Bool
        from targets in Gen.OneOf([.. new[] { 1, 1, 2, 5 }.Select(v => Gen.Const(v))])
        from one in Gen.Bool
        select new ForestShape(seed, trees, depth, stop, features, grid, modes, missing, targets, one);

    [Fact]
    public void Kernel_OfAnyForest_EqualsTheReferenceBitForBit()
    {
        using var device = Device();
        Gen.Select(s_shapes, Gen.Enum<ForestAggregate>(), Gen.OneOf([.. new[] { 1, 7, 63, 64, 65, 200 }.Select(v => Gen.Const(v))]))
            .Sample((shape, aggregate, rows) =>
            Compare(device, RandomForests.Make(shape, aggregate), RandomForests.Rows(shape, rows), new DeviceTiles(96, 1, 4)), iter: 120, threads: 1,
                print: s => $"{s.Item1}, {s.Item2}, {s.Item3} rows");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(1_000)]
    public void Kernel_OfSeveralTiles_EqualsTheReference(int tileRows)
    {
        using var device = Device();
        var shape = new ForestShape(3, 20, 4, 0.1, 9, 40, true, true, 1, true);
        Compare(device, RandomForests.Make(shape), RandomForests.Rows(shape, tileRows == 1 ? 5 : 190), new DeviceTiles(tileRows, 1, 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(RankedForestBuilder.MaxStageNodes)]
    public void Kernel_OfMoreTreesThanOneStage_EqualsTheReference(int stageNodes)
    {
        using var device = Device();
        var shape = new ForestShape(5, 60, 6, 0.05, 12, 200, true, true, 3, true);
        var model = RandomForests.Make(shape);
        Assert.True(Ranked(model, stageNodes).StageCount > 1);
        Compare(device, model, RandomForests.Rows(shape, 70), new DeviceTiles(64, 1, 4), stageNodes);
    }

    [Fact]
    public void Kernel_OfATreeTooLargeForAStage_EqualsTheReference()
    {
        using var device = Device();
        var shape = new ForestShape(6, 3, 11, 0, 12, 900, false, true, 1, true);
        var model = RandomForests.Make(shape);
        Assert.True(Ranked(model).TreeFrom[1] > RankedForestBuilder.MaxStageNodes);
        Compare(device, model, RandomForests.Rows(shape, 40), new DeviceTiles(64, 1, 4));
    }

    [Fact]
    public void Kernel_OfWideRanks_EqualsTheReference()
    {
        using var device = Device();
        var shape = new ForestShape(7, 40, 6, 0, 2, 100_000, true, true, 2, false);
        var model = RandomForests.Make(shape);
        Assert.True(Ranked(model).HasWideRanks);
        Compare(device, model, RandomForests.Rows(shape, 65), new DeviceTiles(64, 1, 4));
    }

    [Fact]
    public void Kernel_OfSpecialValues_EqualsTheReference()
    {
        using var device = Device();
        var shape = new ForestShape(8, 30, 5, 0, 4, 6, true, true, 1, true);
        float[] special =
        [
            float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1e-40f,
            .. Enumerable.Range(-6, 12).Select(i => i / 8f), .. Enumerable.Range(-6, 12).Select(i => float.BitDecrement(i / 8f)),
        ];
        Compare(device, RandomForests.Make(shape),
            [.. Enumerable.Range(0, 4).Select(f => Enumerable.Range(0, special.Length).Select(i => special[(i + (f * 5)) % special.Length]).ToArray())],
            new DeviceTiles(64, 1, 4));
    }

    [Fact]
    public void Buffers_AfterDisposal_AreGivenBack()
    {
        using var device = Device();
        var model = RandomForests.Make(new ForestShape(9, 10, 4, 0, 5, 40, false, true, 1, true));
        using (var tables = new DeviceTables(device, Ranked(model)))
        {
            var forest = device.UsedBytes;
            Assert.True(forest > 0);
            using (new GpuForestKernel(tables, 64, 1))
                Assert.True(device.UsedBytes > forest);
            Assert.Equal(forest, device.UsedBytes);
        }
        Assert.Equal(0, device.UsedBytes);
    }

    [Fact]
    public void Tiles_WithoutMemoryForThem_AreHalvedUntilTheyFit()
    {
        var shape = new ForestShape(9, 10, 4, 0, 5, 40, false, true, 1, true);
        var model = RandomForests.Make(shape);
        using var device = Device(64 << 10);
        using var tables = new DeviceTables(device, Ranked(model));
        using (var kernel = new GpuForestKernel(tables, 1 << 16, 16))
        {
            Assert.InRange(kernel.TileRows, 16, 1 << 11);
            Assert.True(device.FreeBytes >= 0);
        }
        var used = device.UsedBytes;
        Assert.Throws<DeviceMemoryException>(() => new GpuForestKernel(tables, 1 << 16, 1 << 15));
        Assert.Equal(used, device.UsedBytes);
    }

    [Fact]
    public async Task TwoWorkers_AtOnce_BothEqualTheReference()
    {
        using var device = Device();
        var shape = new ForestShape(10, 12, 5, 0.1, 6, 40, true, true, 2, false);
        var model = RandomForests.Make(shape);
        using var tables = new DeviceTables(device, Ranked(model));
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            using var kernel = new GpuForestKernel(tables, 32, 1);
            for (var i = 0; i < 4; i++)
                Equal(model, kernel, RandomForests.Rows(shape, 50));
        })));
    }

    /// <summary>The device under test.</summary>
    internal abstract GpuDevice Device(long memoryBytes = MemoryBytes);

    private static RankedForest Ranked(ForestModel model, int stageNodes = RankedForestBuilder.MaxStageNodes)
    {
        var (forest, refusal) = RankedForestBuilder.Build(model, new WalkForest(model),
            [.. Enumerable.Range(0, model.FeatureCount).Select(i => (i, (IReadOnlyList<DeviceStep>)[]))], stageNodes);
        return forest ?? throw new InvalidOperationException(refusal);
    }

    private static void Compare(GpuDevice device, ForestModel model, float[][] columns, DeviceTiles tiles, int stageNodes = RankedForestBuilder.MaxStageNodes)
    {
        using var tables = new DeviceTables(device, Ranked(model, stageNodes));
        using var kernel = new GpuForestKernel(tables, tiles.Rows, tiles.MinRows);
        Equal(model, kernel, columns);
    }

    private static void Equal(ForestModel model, GpuForestKernel kernel, float[][] columns)
    {
        using var reference = new ReferenceKernel(model);
        var expected = RandomForests.Score(reference, columns, model.TargetCount);
        var actual = RandomForests.Score(kernel, columns, model.TargetCount);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"value {i} of {expected.Length}: {actual[i]:R} instead of {expected[i]:R}");
        }
    }
}
