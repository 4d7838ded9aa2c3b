using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>A page that carries a checksum is compared with it; in each case one bit of the second row group is flipped.</summary>
public sealed class PageChecksumTests : IDisposable
{
    private const int Rows = 10;
    private readonly TemporaryFolder _folder = new();

    public enum Place
    {
        LastValue,
        Levels,
        Dictionary,
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<ParquetDataPageVersion, Compression, Place> Pages()
    {
        var data = new TheoryData<ParquetDataPageVersion, Compression, Place>();
        foreach (var version in new[] { ParquetDataPageVersion.V1, ParquetDataPageVersion.V2 })
        {
            foreach (var place in Enum.GetValues<Place>())
                data.Add(version, Compression.Uncompressed, place);
            data.Add(version, Compression.Zstd, Place.LastValue);
            data.Add(version, Compression.Snappy, Place.Dictionary);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Read_OneBitFlippedInPageWithChecksum_IsRefusedWithItsPlace(ParquetDataPageVersion version, Compression codec, Place place)
    {
        var path = WriteFile(version, codec, place == Place.Dictionary, hasChecksums: true);
        Assert.Equal(Rows, ReadAll(path).Count);
        FlipBit(path, place);

        var message = Assert.Throws<BadInputException>(() => ReadAll(path)).Message;
        Assert.Contains($"{path}, row group 1, column 'x'", message, StringComparison.Ordinal);
        Assert.Contains("checksum", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneBitFlippedInPageWithoutChecksum_GoesUnseen()
    {
        var path = WriteFile(ParquetDataPageVersion.V1, Compression.Uncompressed, hasDictionary: false, hasChecksums: false);
        var before = ReadAll(path);
        FlipBit(path, Place.LastValue);
        Assert.NotEqual(before, ReadAll(path)); // the control: without the checksum this very bit changes an answer
    }

    [Theory]
    [InlineData(ParquetDataPageVersion.V1)]
    [InlineData(ParquetDataPageVersion.V2)]
    public void Read_DeltaEncodingsWithChecksums_GiveTheirValues(ParquetDataPageVersion version)
    {
        const int rows = 3_000;
        var path = _folder.File("delta.parquet");
        long?[] numbers = [.. Enumerable.Range(0, rows).Select(i => i % 7 == 0 ? (long?)null : i * 1_000_003L - 5)];
        string[] texts = [.. Enumerable.Range(0, rows).Select(i => $"shared prefix {i / 10}")];
        float[] floats = [.. Enumerable.Range(0, rows).Select(i => i * 0.1f)];
        Write(path, [Data.Of("n", numbers), Data.Of("p", texts), Data.Of("l", texts), Data.Of("f", floats)], 1_000, b => b
            .DisableDictionary().DataPageVersion(version).EnablePageChecksum().DataPagesize(512)
            .Encoding("n", Encoding.DeltaBinaryPacked).Encoding("p", Encoding.DeltaByteArray).Encoding("l", Encoding.DeltaLengthByteArray)
            .Encoding("f", Encoding.ByteStreamSplit));

        using var reader = InputFileReader.Open(path);
        using var unit = new UnitColumns(reader.Columns, 333);
        var row = 0;
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroup(g, ["n", "p", "l", "f"]);
            while (group.Read(unit, 333) > 0)
            {
                for (var i = 0; i < unit.Rows; i++, row++)
                {
                    Assert.Equal(numbers[row], unit[0].Present[i] == 0 ? null : unit[0].Integers[i]);
                    Assert.Equal(texts[row], System.Text.Encoding.UTF8.GetString(unit[1].Text[i]));
                    Assert.Equal(texts[row], System.Text.Encoding.UTF8.GetString(unit[2].Text[i]));
                    Assert.Equal(floats[row], unit[3].Floats[i]);
                }
            }
        }
        Assert.Equal(rows, row);
    }

    [Theory]
    [InlineData(ParquetDataPageVersion.V1)]
    [InlineData(ParquetDataPageVersion.V2)]
    public void Read_ChunkThatFallsBackFromDictionaryToPlain_GivesItsValues(ParquetDataPageVersion version)
    {
        const int rows = 20_000;
        var path = _folder.File("mixed.parquet");
        double?[] values = [.. Enumerable.Range(0, rows).Select(i => i % 11 == 0 ? (double?)null : i < rows / 2 ? i % 5 : i * 0.25)];
        Write(path, [Data.Of("x", values)], configure: b =>
            b.EnableDictionary().DictionaryPagesizeLimit(256).DataPagesize(2_048).DataPageVersion(version).EnablePageChecksum());
        using (var file = new ParquetFileReader(path))
        using (var group = file.RowGroup(0))
        {
            var encodings = group.MetaData.GetColumnChunkMetaData(0).Encodings;
            Assert.Contains(Encoding.RleDictionary, encodings);
            Assert.Contains(Encoding.Plain, encodings);
        }
        Assert.Equal(values, ReadAll(path));
    }

    private string WriteFile(ParquetDataPageVersion version, Compression codec, bool hasDictionary, bool hasChecksums)
    {
        var path = _folder.File("a.parquet");
        double?[] values = [.. Enumerable.Range(0, Rows).Select(i => i % 5 == 1 ? (double?)null : i + 0.5)];
        Write(path, [Data.Of("w", values), Data.Of("x", values)], Rows / 2, b =>
        {
            b.Compression(codec).DataPageVersion(version);
            if (!hasDictionary)
                b.DisableDictionary();
            if (hasChecksums)
                b.EnablePageChecksum();
        });
        return path;
    }

    private static void FlipBit(string path, Place place)
    {
        const int bytesOfValues = (Rows / 2 - 1) * sizeof(double);
        long start = "PAR1".Length, end;
        using (var file = new ParquetFileReader(path))
        using (var first = file.RowGroup(0))
        using (var second = file.RowGroup(1))
        {
            start += BytesOf(first, 0) + BytesOf(first, 1) + BytesOf(second, 0);
            end = start + BytesOf(second, 1);
        }
        var bytes = File.ReadAllBytes(path);
        var at = place switch
        {
            Place.Dictionary => start + bytes.AsSpan((int)start).IndexOf("\x23\x40"u8), // the last bytes of 9.5
            Place.Levels => end - bytesOfValues - 1,
            _ => end - 2,
        };
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static long BytesOf(ParquetSharp.RowGroupReader group, int column) => group.MetaData.GetColumnChunkMetaData(column).TotalCompressedSize;

    private static List<double?> ReadAll(string path)
    {
        using var reader = InputFileReader.Open(path);
        using var unit = new UnitColumns([.. reader.Columns.Where(c => c.Name == "x")], 4);
        var values = new List<double?>();
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroup(g, ["x"]);
            while (group.Read(unit, 4) > 0)
            {
                for (var row = 0; row < unit.Rows; row++)
                    values.Add(unit[0].Present[row] == 0 ? null : unit[0].Doubles[row]);
            }
        }
        return values;
    }
}
