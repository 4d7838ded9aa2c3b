using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Copies model outputs, row by row as they are, into prediction columns.</summary>
internal static class OutputReading
{
    /// <summary>Looks at the shape that the runtime gave before the first rows of an output are copied to the block: what a file declares may be
    /// wrong.</summary>
    /// <param name="value">The output.</param>
    /// <param name="part">Which it is.</param>
    /// <param name="tensorRows">Rows that the model was given.</param>
    /// <param name="block">Where the rows go.</param>
    /// <param name="fromRow">The first one in the block.</param>
    /// <param name="rows">How many are wanted.</param>
    /// <exception cref="BadInputException">The shape does not say which values are a row's.</exception>
    public static void CopyChecked(OrtValue value, OutputPart part, int tensorRows, UnitPredictions block, int fromRow, int rows)
    {
        switch (part.Spec.Element)
        {
            case TensorElement.SequenceOfMaps:
                Maps(value, part, tensorRows, block, fromRow, rows);
                break;
            case TensorElement.SequenceOfTensors:
                var first = part.FirstColumn;
                if (value.GetValueCount() != part.Shapes.Count)
                    throw Unexpected(part, $"{value.GetValueCount()} tensors", $"{part.Shapes.Count} as before");
                for (var i = 0; i < part.Shapes.Count; i++)
                {
                    using var tensor = value.GetValue(i, OrtAllocator.DefaultInstance);
                    var shape = Seen(tensor, part, part.Shapes[i], tensorRows);
                    Copy(tensor, part, shape, first, tensorRows, block, fromRow, rows);
                    first += (int)shape.Width;
                }
                break;
            default:
                Copy(value, part, Seen(value, part, part.Shapes[0], tensorRows), part.FirstColumn, tensorRows, block, fromRow, rows);
                break;
        }
    }

    /// <summary>Copies the first rows of one output, whose shape is certain.</summary>
    public static void Copy(OrtValue value, OutputPart part, OutputShape shape, int firstColumn, int tensorRows, UnitPredictions block, int fromRow, int rows)
    {
        var target = new OutputTarget(part, shape, firstColumn, tensorRows, block, fromRow, rows);
        switch (value.GetTensorTypeAndShape().ElementDataType)
        {
            case TensorElementType.Float:
                Spread(value.GetTensorDataAsSpan<float>(), target);
                break;
            case TensorElementType.Double:
                Spread(value.GetTensorDataAsSpan<double>(), target);
                break;
            case TensorElementType.Float16:
                Halves(MemoryMarshal.Cast<Float16, ushort>(value.GetTensorDataAsSpan<Float16>()), target);
                break;
            case TensorElementType.Int64:
                Whole(value.GetTensorDataAsSpan<long>(), target);
                break;
            case TensorElementType.UInt64:
                Whole(value.GetTensorDataAsSpan<ulong>(), target);
                break;
            case TensorElementType.Int32:
                Whole(value.GetTensorDataAsSpan<int>(), target);
                break;
            case TensorElementType.UInt32:
                Whole(value.GetTensorDataAsSpan<uint>(), target);
                break;
            case TensorElementType.Int16:
                Spread(value.GetTensorDataAsSpan<short>(), target);
                break;
            case TensorElementType.UInt16:
                Spread(value.GetTensorDataAsSpan<ushort>(), target);
                break;
            case TensorElementType.Int8:
                Spread(value.GetTensorDataAsSpan<sbyte>(), target);
                break;
            case TensorElementType.UInt8:
                Spread(value.GetTensorDataAsSpan<byte>(), target);
                break;
            case TensorElementType.Bool:
                // A byte of 0 or 1.
                Spread(MemoryMarshal.AsBytes(value.GetTensorDataAsSpan<bool>()), target);
                break;
            case TensorElementType.String:
                Labels(value, target);
                break;
            default:
                throw Unexpected(part, $"elements of {value.GetTensorTypeAndShape().ElementDataType}", part.Spec.ToString());
        }
    }

    private static OutputShape Seen(OrtValue value, OutputPart part, OutputShape expected, int rows)
    {
        var seen = value.GetTensorTypeAndShape().Shape;
        if (expected.Matches(seen, rows))
            return expected;
        return OutputShape.Of(seen, rows) is { } other && other.Width == expected.Width ? other
            : throw Unexpected(part, $"shape [{string.Join(',', seen)}] for {rows} rows", $"{expected} as {(part.Shapes.Count > 0 ? "declared" : "before")}");
    }

    private static void Spread<T>(ReadOnlySpan<T> values, OutputTarget target)
        where T : unmanaged, INumber<T>
    {
        if (target.Shape.Width == 1)
        {
            TensorPrimitives.ConvertTruncating(values[..target.Rows], target.Column(0));
            return;
        }
        for (var column = 0; column < target.Shape.Width; column++)
        {
            var to = target.Column(column);
            for (int row = 0, at = target.From(column); row < to.Length; row++, at += target.Step)
                to[row] = float.CreateTruncating(values[at]);
        }
    }

    private static void Halves(ReadOnlySpan<ushort> values, OutputTarget target)
    {
        var known = HalfFloats.ByBits;
        for (var column = 0; column < target.Shape.Width; column++)
        {
            var to = target.Column(column);
            for (int row = 0, at = target.From(column); row < to.Length; row++, at += target.Step)
                to[row] = known[values[at]];
        }
    }

    private static void Whole<T>(ReadOnlySpan<T> values, OutputTarget target)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var column = 0; column < target.Shape.Width; column++)
        {
            var at = target.From(column);
            var lower = target.Column(target.Part.IsWide ? 2 * column : column);
            var upper = target.Part.IsWide ? target.Column((2 * column) + 1) : default;
            for (var row = 0; row < lower.Length; row++, at += target.Step)
            {
                var value = Exact(values[at], target.Part);
                if (!upper.IsEmpty)
                    (lower[row], upper[row]) = (IntegerHalves.Lower(value), IntegerHalves.Upper(value));
                else if (value is >= -IntegerHalves.MostInFloat and <= IntegerHalves.MostInFloat)
                    lower[row] = value;
                else
                    throw new InvariantBrokenException("labels of a classifier are those that its file names", $"{target.Part.Spec.Name} is {value}");
            }
        }
    }

    private static long Exact<T>(T value, OutputPart part)
        where T : IBinaryInteger<T>
    {
        try
        {
            return long.CreateChecked(value);
        }
        catch (OverflowException)
        {
            throw Unexpected(part, $"{value}", "integers up to 9223372036854775807");
        }
    }

    private static void Labels(OrtValue value, OutputTarget target)
    {
        var known = target.Part.Labels.Select(Encoding.UTF8.GetBytes).ToArray();
        for (var column = 0; column < target.Shape.Width; column++)
        {
            var to = target.Column(column);
            for (int row = 0, at = target.From(column); row < to.Length; row++, at += target.Step)
                to[row] = IndexOf(known, value.GetStringElementAsSpan(at), target.Part);
        }
    }

    private static int IndexOf(byte[][] known, ReadOnlySpan<byte> label, OutputPart part)
    {
        for (var i = 0; i < known.Length; i++)
        {
            if (label.SequenceEqual(known[i]))
                return i;
        }
        throw new BadInputException($"model output '{part.Spec.Name}'", $"the label '{Encoding.UTF8.GetString(label)}'", string.Join(", ", part.Labels),
            "Export the model so that it names all its class labels.");
    }

    // Slow by nature (a map per row crosses the border).
    private static void Maps(OrtValue sequence, OutputPart part, int tensorRows, UnitPredictions block, int fromRow, int rows)
    {
        if (sequence.GetValueCount() != tensorRows)
            throw Unexpected(part, $"{sequence.GetValueCount()} maps for {tensorRows} rows", "one map a row");
        for (var row = 0; row < rows; row++)
        {
            using var map = sequence.GetValue(row, OrtAllocator.DefaultInstance);
            if (row == 0)
                RequireKeys(map, part);
            using var probabilities = map.GetValue(1, OrtAllocator.DefaultInstance);
            if (probabilities.GetTensorTypeAndShape().ElementDataType != TensorElementType.Float)
                throw Unexpected(part, "maps of another type", "maps from class to float");
            var values = probabilities.GetTensorDataAsSpan<float>();
            if (values.Length != part.Columns.Count)
                throw Unexpected(part, $"{values.Length} classes", $"{part.Columns.Count}");
            for (var column = 0; column < values.Length; column++)
                block.Column(part.FirstColumn + column)[fromRow + row] = values[column];
        }
    }

    private static void RequireKeys(OrtValue map, OutputPart part)
    {
        using var keys = map.GetValue(0, OrtAllocator.DefaultInstance);
        var seen = TrialRun.MapKeys(keys);
        if (!seen.SequenceEqual(part.Labels, StringComparer.Ordinal))
            throw Unexpected(part, $"the classes [{string.Join(", ", seen)}]", $"[{string.Join(", ", part.Labels)}]");
    }

    private static BadInputException Unexpected(OutputPart part, string seen, string expected) => new($"model output '{part.Spec.Name}'", seen, expected,
        "Export the model so that it gives one result of a fixed shape per row, without ZipMap.");

    // Where the values of one tensor go.
    private readonly ref struct OutputTarget(OutputPart part, OutputShape shape, int firstColumn, int tensorRows, UnitPredictions block, int fromRow, int rows)
    {
        public OutputPart Part { get; } = part;

        public OutputShape Shape { get; } = shape;

        public int Rows { get; } = rows;

        // Values from one row of a column to the next.
        public int Step { get; } = shape.Inner;

        // The value of a column's first row.
        public int From(int column) => (column / Step * tensorRows * Step) + (column % Step);

        public Span<float> Column(int column) => block.Column(firstColumn + column).Slice(fromRow, Rows);
    }
}
