using System.Numerics;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class FeatureFingerprintTests
{
    [Fact]
    public void Compute_OneBitOfOneFeatureFlipped_ChangesAboutHalfOfTheFingerprint()
    {
        const int features = 7;
        using var matrix = new FeatureMatrix(features, 2) { Rows = 2 };
        var random = new Random(11);
        long flipped = 0;
        var trials = 0;
        for (var round = 0; round < 200; round++)
        {
            for (var f = 0; f < features; f++)
            {
                for (var g = 0; g < features; g++)
                    matrix.Column(g).Fill(random.NextSingle());
                matrix.Column(f)[1] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(matrix.Column(f)[0]) ^ (1 << random.Next(23)));
                var hashes = Compute(matrix, 1);
                Assert.NotEqual(hashes[0], hashes[1]);
                flipped += BitOperations.PopCount(hashes[0] ^ hashes[1]);
                trials++;
            }
        }
        Assert.InRange(flipped / (double)trials, 30, 34);
    }

    [Theory]
    [InlineData(3, 1f)]
    [InlineData(3, 0.25f)]
    [InlineData(4, 1f)]
    [InlineData(5, 65_536f)]
    [InlineData(6, 1f)]
    [InlineData(50, 1f)]
    public void Compute_ManyNearbyRows_NeverCollides(int features, float step)
    {
        // A grid of small whole numbers over three columns: such floats differ in few, high bits.
        const int rows = 1 << 18;
        foreach (var (a, b, c) in new[] { (0, 1, 2), (features - 3, features - 2, features - 1), (0, features / 2, features - 1) })
        {
            using var matrix = new FeatureMatrix(features, rows) { Rows = rows };
            for (var row = 0; row < rows; row++)
                (matrix.Column(a)[row], matrix.Column(b)[row], matrix.Column(c)[row]) = ((row & 63) * step, ((row >> 6) & 63) * step, (row >> 12) * step);
            Assert.Equal(rows, new HashSet<ulong>(Compute(matrix, 9)).Count);
        }
    }

    [Fact]
    public void Compute_ValuesSwappedBetweenFeatures_Differs()
    {
        using var matrix = new FeatureMatrix(4, 2) { Rows = 2 };
        for (var f = 0; f < 4; f++)
            (matrix.Column(f)[0], matrix.Column(f)[1]) = (f, f ^ 1);
        var hashes = Compute(matrix, 0);
        Assert.NotEqual(hashes[0], hashes[1]);
    }

    [Fact]
    public void Compute_AnyNaN_IsTheSameAndTheTwoZerosAreNot()
    {
        using var matrix = new FeatureMatrix([FeatureStorage.Float32, FeatureStorage.Float64], 20) { Rows = 20 };
        for (var row = 0; row < 20; row++)
        {
            matrix.Column(0)[row] = BitConverter.Int32BitsToSingle(0x7F80_0001 + row);
            matrix.DoubleColumn(1)[row] = BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0001 + row);
        }
        Assert.Single(Compute(matrix, 0).Distinct());
        matrix.DoubleColumn(1).Clear();
        matrix.Column(0).Clear();
        Assert.Single(Compute(matrix, 0).Distinct());
        matrix.DoubleColumn(1)[4] = -0.0;
        (matrix.Column(0)[5], matrix.Column(0)[19]) = (-0f, -0f); // one in a vector, one behind the last
        Assert.Equal(3, Compute(matrix, 0).Distinct().Count());
        matrix.Column(0).Clear();
        matrix.DoubleColumn(1).Clear();
        matrix.Column(0)[3] = float.PositiveInfinity;
        Assert.Equal(2, Compute(matrix, 0).Distinct().Count());
    }

    [Fact]
    public void Compute_OtherSeed_GivesOtherFingerprints()
    {
        using var matrix = new FeatureMatrix(3, 20) { Rows = 20 };
        Assert.NotEqual(Compute(matrix, 1)[0], Compute(matrix, 2)[0]);
    }

    [Fact]
    public void Compute_RowAtAnyPlaceOfABatch_HasTheFingerprintItHasAlone()
    {
        const int rows = 1_100;
        using var matrix = new FeatureMatrix(5, rows) { Rows = rows };
        using var alone = new FeatureMatrix(5, 1) { Rows = 1 };
        var random = new Random(3);
        for (var f = 0; f < 5; f++)
        {
            foreach (ref var value in matrix.Column(f))
                value = random.Next(10) == 0 ? float.NaN : random.NextSingle() - 0.5f;
        }
        var hashes = Compute(matrix, 77);
        for (var row = 0; row < rows; row++)
        {
            for (var f = 0; f < 5; f++)
                alone.Column(f)[0] = matrix.Column(f)[row];
            Assert.Equal(hashes[row], Compute(alone, 77)[0]);
        }
    }

    [Fact]
    public void Compute_TextAndIntegers_TellMissingFromEmptyAndZero()
    {
        var columns = new[] { Column("t", ColumnKind.Text), Column("n", ColumnKind.Integer) };
        var features = CompiledFeatures.Compile(FeatureSpec.AsIs(["t", "n"]), columns, [FeatureStorage.Text, FeatureStorage.Int64]);
        (string? Text, long? Number)[] rows = [("a", 1), ("a", 2), ("b", 1), ("", 1), (null, 1), ("a", null), ("a", 0)];
        using var batch = Batch(columns, [.. rows.Select(r => new Dictionary<string, object?> { ["t"] = r.Text, ["n"] = r.Number })]);
        using var matrix = Transform(features, batch);
        Assert.Equal(rows.Length, Compute(matrix, 0).Distinct().Count());
    }

    private static ulong[] Compute(FeatureMatrix matrix, ulong seed)
    {
        var hashes = new ulong[matrix.Rows];
        FeatureFingerprint.Compute(matrix, seed, hashes);
        return hashes;
    }
}
