using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class FeatureMatrixTests
{
    [Fact]
    public void CopyRowMajor_AnyShape_IsTheTransposition()
    {
        int[] featureCounts = [1, 2, 7, 8, 9, 15, 16, 17, 50];
        int[] rowCounts = [0, 1, 7, 8, 9, 31, 255, 256, 257, 263, 264, 300, 513];
        foreach (var features in featureCounts)
        {
            foreach (var rows in rowCounts)
            {
                using var matrix = Counting(features, rows, capacity: 520);
                var target = new float[rows * features + 3];
                matrix.CopyRowMajorTo(target);
                for (var i = 0; i < rows * features; i++)
                    Assert.True(target[i] == Value(i / features, i % features), $"{features} features, {rows} rows, place {i}");
                Assert.Equal([0f, 0f, 0f], target[^3..]);
            }
        }
    }

    [Fact]
    public void CopyRowMajor_SomeRows_CopiesThose()
    {
        using var matrix = Counting(50, 300, 300);
        var target = new float[20 * 50];
        matrix.CopyRowMajorTo(target, 270, 20);
        for (var i = 0; i < target.Length; i++)
            Assert.Equal(Value(270 + i / 50, i % 50), target[i]);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.CopyRowMajorTo(target, 290, 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.CopyRowMajorTo(new float[10], 0, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_024)]
    [InlineData(4_096)]
    [InlineData(5_000)]
    public void Columns_AnyCapacity_AreAlignedAndNeverAPageApart(int capacity)
    {
        using var matrix = new FeatureMatrix(5, capacity);
        for (var i = 0; i < 5; i++)
            Assert.Equal(0, matrix.ColumnAddress(i) % 64);
        Assert.NotEqual(0, matrix.ColumnStride * sizeof(float) % 4_096);
        Assert.InRange(matrix.ColumnStride, capacity, capacity + 31);
    }

    [Fact]
    public void Rows_BeyondCapacity_AreRefused()
    {
        using var matrix = new FeatureMatrix(2, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Rows = 11);
    }

    [Fact]
    public void Column_AfterDisposal_Throws()
    {
        var matrix = new FeatureMatrix(2, 10) { Rows = 1 };
        matrix.Dispose();
        Assert.Throws<ObjectDisposedException>(() => matrix.Column(0)[0]);
    }

    [Fact]
    public void Column_OfAnotherStorage_Throws()
    {
        using var matrix = new FeatureMatrix([FeatureStorage.Int64, FeatureStorage.Float32], 10);
        Assert.Throws<InvalidOperationException>(() => matrix.Column(0)[0]);
        Assert.Throws<InvalidOperationException>(() => matrix.IntegerColumn(1)[0]);
        Assert.Throws<InvalidOperationException>(() => matrix.CopyRowMajorTo(new float[100]));
    }

    private static float Value(int row, int feature) => row * 100 + feature;

    private static FeatureMatrix Counting(int features, int rows, int capacity)
    {
        var matrix = new FeatureMatrix(features, capacity) { Rows = rows };
        for (var f = 0; f < features; f++)
        {
            var column = matrix.Column(f);
            for (var row = 0; row < rows; row++)
                column[row] = Value(row, f);
        }
        return matrix;
    }
}
