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
    /// <summary>Copies the first rows of one output to the block, from a given row on.</summary>
    public static void Copy(OrtValue value, OutputPart part, UnitPredictions block, int fromRow, int rows)
    {
        switch (part.Spec.Element)
        {
            case TensorElement.Float32:
                Spread(value.GetTensorDataAsSpan<float>(), part, block, fromRow, rows);
                break;
            case TensorElement.Float64:
                Spread(value.GetTensorDataAsSpan<double>(), part, block, fromRow, rows);
                break;
            case TensorElement.Int64:
                Spread(value.GetTensorDataAsSpan<long>(), part, block, fromRow, rows);
                break;
            case TensorElement.Int32:
                Spread(value.GetTensorDataAsSpan<int>(), part, block, fromRow, rows);
                break;
            case TensorElement.Bool:
                // A byte of 0 or 1.
                Spread(MemoryMarshal.AsBytes(value.GetTensorDataAsSpan<bool>()), part, block, fromRow, rows);
                break;
            case TensorElement.Text:
                Labels(value, part, block, fromRow, rows);
                break;
            default:
                Maps(value, part, block, fromRow, rows);
                break;
        }
    }

    private static void Spread<T>(ReadOnlySpan<T> values, OutputPart part, UnitPredictions block, int fromRow, int rows)
        where T : unmanaged, INumber<T>
    {
        var width = part.Columns.Count;
        RequireLength(values.Length, part, rows);
        if (width == 1)
        {
            TensorPrimitives.ConvertTruncating(values[..rows], block.Column(part.FirstColumn)[fromRow..]);
            return;
        }
        for (var column = 0; column < width; column++)
        {
            var target = block.Column(part.FirstColumn + column).Slice(fromRow, rows);
            for (int row = 0, at = column; row < target.Length; row++, at += width)
                target[row] = float.CreateTruncating(values[at]);
        }
    }

    private static void RequireLength(int length, OutputPart part, int rows)
    {
        if (length < rows * part.Columns.Count)
            throw new BadInputException($"model output '{part.Spec.Name}'", $"{length} values", $"{rows * part.Columns.Count}",
                "Export the model so that it gives one result per row.");
    }

    private static void Labels(OrtValue value, OutputPart part, UnitPredictions block, int fromRow, int rows)
    {
        var width = part.Columns.Count;
        var known = part.Labels.Select(Encoding.UTF8.GetBytes).ToArray();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var label = value.GetStringElementAsSpan((row * width) + column);
                block.Column(part.FirstColumn + column)[fromRow + row] = IndexOf(known, label, part);
            }
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

    // Slow by nature (a map per row crosses the border); models that name the tensor behind the maps are read from there instead.
    private static void Maps(OrtValue sequence, OutputPart part, UnitPredictions block, int fromRow, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            using var map = sequence.GetValue(row, OrtAllocator.DefaultInstance);
            using var probabilities = map.GetValue(1, OrtAllocator.DefaultInstance);
            if (probabilities.GetTensorTypeAndShape().ElementDataType != TensorElementType.Float)
                throw new BadInputException($"model output '{part.Spec.Name}'", "maps of another type", "maps from class to float",
                    "Export the model without ZipMap.");
            var values = probabilities.GetTensorDataAsSpan<float>();
            if (values.Length != part.Columns.Count)
                throw new BadInputException($"model output '{part.Spec.Name}'", $"{values.Length} classes", $"{part.Columns.Count}",
                    "Export the model without ZipMap.");
            for (var column = 0; column < values.Length; column++)
                block.Column(part.FirstColumn + column)[fromRow + row] = values[column];
        }
    }
}
