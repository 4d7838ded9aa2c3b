using System.Buffers.Binary;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;
using CsCheck;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

public sealed class SegmentCorruptionTests : SnapshotTestBed
{
    private const int Outputs = 3;

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Open_WithAnySingleBitFlipped_IsRefused(KeyKind kind)
    {
        var (bytes, path) = Sample(kind);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 7]).Sample(
            (at, bit) =>
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(1 << bit);
                File.WriteAllBytes(path, changed);
                Assert.ThrowsAny<BatchEngineException>(() => SegmentReader.Open(path).Dispose());
            },
            iter: 800,
            threads: 1);
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Open_WithEachHeaderTableAndPaddingByteChanged_IsRefused(KeyKind kind)
    {
        var (bytes, path) = Sample(kind);
        foreach (var at in Enumerable.Range(0, 192).Concat(Enumerable.Range(bytes.Length - 64, 64)))
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 0x5A;
            File.WriteAllBytes(path, changed);
            Assert.ThrowsAny<BatchEngineException>(() => SegmentReader.Open(path).Dispose());
        }
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Open_WithAByteLostOrAddedAnywhere_IsRefused(KeyKind kind)
    {
        var (bytes, path) = Sample(kind);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Bool).Sample(
            (at, value, lost) =>
            {
                File.WriteAllBytes(path, lost ? [.. bytes[..at], .. bytes[(at + 1)..]] : [.. bytes[..at], value, .. bytes[at..]]);
                Assert.Throws<CorruptDataException>(() => SegmentReader.Open(path).Dispose());
            },
            iter: 400,
            threads: 1);
    }

    [Fact]
    public void Open_OfAFileCutAnywhere_IsRefused()
    {
        var (bytes, path) = Sample(KeyKind.Int64);
        for (var length = 0; length < bytes.Length; length += 13)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<CorruptDataException>(() => SegmentReader.Open(path).Dispose());
        }
    }

    [Fact]
    public void Open_OfAnotherFormatVersion_SaysWhichAndWhatToDo()
    {
        var (bytes, path) = Sample(KeyKind.Int64);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 7);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(120), XxHash3.HashToUInt64(bytes.AsSpan(0, 120)));
        File.WriteAllBytes(path, bytes);
        var failure = Assert.Throws<StorageFailedException>(() => SegmentReader.Open(path).Dispose());
        Assert.Contains("format version 7", failure.Message);
        Assert.Contains("version 1", failure.Message);
    }

    [Fact]
    public void Open_OfAnotherIntactSegment_IsRefusedByItsRecordedChecksum()
    {
        var (bytes, path) = Sample(KeyKind.Int64);
        File.WriteAllBytes(path, bytes);
        SegmentReader.Open(path, bytes.Length, XxHash3.HashToUInt64(bytes)).Dispose();
        Assert.Throws<CorruptDataException>(() => SegmentReader.Open(path, bytes.Length, XxHash3.HashToUInt64(bytes) ^ 1).Dispose());
        Assert.Throws<CorruptDataException>(() => SegmentReader.Open(path, bytes.Length + 1, XxHash3.HashToUInt64(bytes)).Dispose());
    }

    [Fact]
    public void Open_OfAMissingFile_IsAStorageFailure() =>
        Assert.Throws<StorageFailedException>(() => SegmentReader.Open(Path.Combine(Folder, "absent")).Dispose());

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void RunFile_WithAnySingleBitFlipped_IsRefused(KeyKind kind)
    {
        var bytes = SampleSnapshots.RunFile(Rows(kind), kind, Outputs, 4);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 7]).Sample(
            (at, bit) =>
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(1 << bit);
                Assert.ThrowsAny<BatchEngineException>(() => ReadAll(changed));
            },
            iter: 800);
    }

    [Fact]
    public void RunFile_CutAnywhere_IsRefused()
    {
        var bytes = SampleSnapshots.RunFile(Rows(KeyKind.Utf8), KeyKind.Utf8, Outputs, 4);
        for (var length = 0; length < bytes.Length; length += 11)
            Assert.Throws<CorruptDataException>(() => ReadAll(bytes[..length]));
    }

    private static void ReadAll(byte[] bytes) => VerifiedRunFile.Read(new RunFileSource("changed", () => new MemoryStream(bytes)));

    private static SampleRow[] Rows(KeyKind kind) =>
        [.. Enumerable.Range(0, 90)
            .Select(i => new SampleRow(kind == KeyKind.Int64 ? PredictionKey.Of(i * 7L) : PredictionKey.Of($"customer-{i}"), i, [i, -i, i / 3f]))];

    private (byte[] Bytes, string Path) Sample(KeyKind kind)
    {
        var (_, bytes) = SampleSnapshots.Segment([SampleSnapshots.RunFile(Rows(kind), kind, Outputs, 1)], kind, Outputs);
        var path = Save(bytes);
        SegmentReader.Open(path).Dispose(); // intact, so that a refusal below is the change's doing
        return (bytes, path);
    }
}
