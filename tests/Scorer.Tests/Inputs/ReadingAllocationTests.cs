using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs;

public sealed class ReadingAllocationTests : IDisposable
{
    private const int Rows = 100_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadAndTransform_ManyBatches_AllocateNothingPerRow()
    {
        var path = _folder.File("a.parquet");
        Write(path, [
            Data.Of("f", [.. Enumerable.Range(0, Rows).Select(i => i % 7 == 0 ? (float?)null : i)]),
            Data.Of("i", [.. Enumerable.Range(0, Rows)]),
            Data.Of("d", [.. Enumerable.Range(0, Rows).Select(i => i / 100m)], ParquetSharp.LogicalType.Decimal(29, 2)),
            Data.Of("t", [.. Enumerable.Range(0, Rows).Select(i => $"text {i}")])]);
        using var reader = InputFileReader.Open(path);
        var spec = new FeatureSpec([
            FeatureColumn.AsIs("f"), new FeatureColumn("l", "f", [new FeatureTransform.ImputeConstant(1), new FeatureTransform.Log1P()]),
                FeatureColumn.AsIs("i"), FeatureColumn.AsIs("d"),
            new FeatureColumn("h", "t", [new FeatureTransform.HashBucket(100, 1)]),
                new FeatureColumn("o", "t", [new FeatureTransform.OneHot(["text 1", "text 2"])]),
            new FeatureColumn("hi", "i", [new FeatureTransform.HashBucket(100, 1)])]);
        var features = CompiledFeatures.Compile(spec, reader.Columns);
        using var batch = features.CreateColumns(1_000);
        using var matrix = features.CreateMatrix(1_000);
        features.Bind(batch, matrix);
        var fingerprints = new ulong[1_000];
        using var group = reader.OpenRowGroup(0, features.SourceColumns);
        for (var warm = 0; warm < 20; warm++)
            Step();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = 0;
        for (int read; (read = Step()) > 0;)
            rows += read;
        var perRow = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)rows;
        Assert.True(perRow < 1, $"{perRow} bytes a row");

        int Step()
        {
            var read = group.Read(batch, 1_000);
            features.Transform(batch, matrix);
            FeatureFingerprint.Compute(matrix, 1, fingerprints);
            return read;
        }
    }
}
