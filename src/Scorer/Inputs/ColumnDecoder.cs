using BatchEngine.Scorer.Inputs.Files;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads one column of one row group into vectors. Not thread-safe.</summary>
internal abstract class ColumnDecoder : IDisposable
{
    /// <summary>Fills the vector's started rows with the next values.</summary>
    public abstract void Read(ColumnVector target, int rows);

    /// <summary>Passes over rows.</summary>
    public abstract void Skip(long rows);

    public abstract void Dispose();

    public static ColumnDecoder Create(FileColumn column, ColumnReader reader, short[] levels) => column.Decoding switch
    {
        ColumnDecoding.Float => new DirectDecoder<float>((ColumnReader<float>)reader, float.NaN, levels, static v => v.Floats),
        ColumnDecoding.Double => new DirectDecoder<double>((ColumnReader<double>)reader, double.NaN, levels, static v => v.Doubles),
        ColumnDecoding.Int64 => new DirectDecoder<long>((ColumnReader<long>)reader, 0, levels, static v => v.Integers),
        ColumnDecoding.Text => new TextDecoder((ColumnReader<ByteArray>)reader, levels),
        ColumnDecoding.Bool => new StagedDecoder<bool>((ColumnReader<bool>)reader, levels, StoredValues.Bools),
        ColumnDecoding.Int32 => new StagedDecoder<int>((ColumnReader<int>)reader, levels, StoredValues.Int32s),
        ColumnDecoding.UInt32 => new StagedDecoder<int>((ColumnReader<int>)reader, levels, StoredValues.UInt32s),
        ColumnDecoding.UInt64 => new StagedDecoder<long>((ColumnReader<long>)reader, levels, StoredValues.UInt64s(column)),
        ColumnDecoding.MillisTimestamp => new StagedDecoder<long>((ColumnReader<long>)reader, levels, StoredValues.Millis(column)),
        ColumnDecoding.NanosTimestamp => new StagedDecoder<long>((ColumnReader<long>)reader, levels, StoredValues.Nanos),
        ColumnDecoding.Int96Timestamp => new StagedDecoder<Int96>((ColumnReader<Int96>)reader, levels, StoredValues.Int96s),
        ColumnDecoding.Int32Decimal => new StagedDecoder<int>((ColumnReader<int>)reader, levels, StoredValues.Int32Decimals(column)),
        ColumnDecoding.Int64Decimal => new StagedDecoder<long>((ColumnReader<long>)reader, levels, StoredValues.Int64Decimals(column)),
        ColumnDecoding.BytesDecimal => new StagedDecoder<ByteArray>((ColumnReader<ByteArray>)reader, levels, StoredValues.BytesDecimals(column)),
        ColumnDecoding.FixedBytesDecimal =>
            new StagedDecoder<FixedLenByteArray>((ColumnReader<FixedLenByteArray>)reader, levels, StoredValues.FixedBytesDecimals(column)),
        ColumnDecoding.FixedBytes => new StagedDecoder<FixedLenByteArray>((ColumnReader<FixedLenByteArray>)reader, levels, ExactValues.FixedBytes(column)),
        ColumnDecoding.Int96Bytes => new StagedDecoder<Int96>((ColumnReader<Int96>)reader, levels, ExactValues.Int96Bytes),
        ColumnDecoding.BytesWhole => new StagedDecoder<ByteArray>((ColumnReader<ByteArray>)reader, levels, ExactValues.BytesWhole(column)),
        ColumnDecoding.FixedBytesWhole =>
            new StagedDecoder<FixedLenByteArray>((ColumnReader<FixedLenByteArray>)reader, levels, ExactValues.FixedBytesWhole(column)),
        ColumnDecoding.BoolText => new StagedDecoder<bool>((ColumnReader<bool>)reader, levels, ExactValues.BoolText),
        ColumnDecoding.Int32Text => new StagedDecoder<int>((ColumnReader<int>)reader, levels, ExactValues.Int32Text(column)),
        ColumnDecoding.Int64Text => new StagedDecoder<long>((ColumnReader<long>)reader, levels, ExactValues.Int64Text(column)),
        ColumnDecoding.Int96Text => new StagedDecoder<Int96>((ColumnReader<Int96>)reader, levels, ExactValues.Int96Text),
        ColumnDecoding.BytesText => new StagedDecoder<ByteArray>((ColumnReader<ByteArray>)reader, levels, ExactValues.BytesText(column)),
        ColumnDecoding.FixedBytesText =>
            new StagedDecoder<FixedLenByteArray>((ColumnReader<FixedLenByteArray>)reader, levels, ExactValues.FixedBytesText(column)),
        ColumnDecoding.Float16 => new StagedDecoder<FixedLenByteArray>((ColumnReader<FixedLenByteArray>)reader, levels, StoredValues.Halves),
        _ => throw InputProblems.Unreadable($"column '{column.Column.Name}'", column.Column),
    };
}
