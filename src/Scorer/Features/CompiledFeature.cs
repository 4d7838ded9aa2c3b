using System.Numerics;
using System.Runtime.CompilerServices;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>One feature (or one-hot group): where it reads, what it does, where it writes.</summary>
/// <param name="SourceIndex">The source column, counted from 0 over the compiled spec's sources.</param>
/// <param name="FirstFeature">The first feature it writes.</param>
/// <param name="FeatureCount">1, or the categories of a one-hot group.</param>
/// <param name="Form">How it gets its values.</param>
/// <param name="Source">The first step, for <see cref="FeatureForm.Computed"/>.</param>
/// <param name="Steps">The other steps, in order.</param>
/// <param name="IsOneHot">Whether the values are category indexes to be spread.</param>
internal sealed record CompiledFeature(
    int SourceIndex,
    int FirstFeature,
    int FeatureCount,
    FeatureForm Form,
    BlockSource? Source,
    IReadOnlyList<BlockStep> Steps,
    bool IsOneHot)
{
    /// <summary>The largest whole number up to which the feature's floats hold each one, where the column's integers are taken as they are; 0 where steps
    /// compute the values, so that rounding is meant.</summary>
    public double ExactUpTo { get; init; }

    /// <summary>What a missing text becomes, in UTF-8; null means that it stays missing.</summary>
    public byte[]? MissingText { get; init; }

    /// <summary>Rows of a block: 4 KiB of doubles, so that all steps run in the first-level cache.</summary>
    private const int BlockRows = 512;

    /// <summary>Computes all rows of the vector.</summary>
    [SkipLocalsInit]
    public void Run(ColumnVector vector, FeatureMatrix matrix)
    {
        switch (Form)
        {
            case FeatureForm.FloatAsIs:
                var (buffer, from) = matrix.FloatMemory(FirstFeature);
                if (!vector.IsBoundTo(buffer, from))
                    vector.Floats.CopyTo(matrix.Column(FirstFeature));
                return;
            case FeatureForm.IntegerAsIs:
                vector.Integers.CopyTo(matrix.IntegerColumn(FirstFeature));
                matrix.SetPresent(FirstFeature, vector.Present, vector.HasMissing);
                return;
            case FeatureForm.TextAsIs when MissingText is not null && vector.HasMissing:
                matrix.SetText(FirstFeature, Imputed(vector, matrix.OwnText(FirstFeature)));
                return;
            case FeatureForm.TextAsIs:
                matrix.SetText(FirstFeature, vector.Text, vector.Present, vector.HasMissing);
                return;
            default:
                Span<double> block = stackalloc double[BlockRows];
                Span<double> spread = stackalloc double[IsOneHot ? BlockRows : 0];
                Compute(vector, matrix, block, spread);
                return;
        }
    }

    private TextBuffer Imputed(ColumnVector vector, TextBuffer own)
    {
        own.Clear();
        var (text, present) = (vector.Text, vector.Present.ToArray());
        for (var row = 0; row < present.Length; row++)
            own.Append(present[row] != 0 ? text[row] : MissingText);
        return own;
    }

    private void Compute(ColumnVector vector, FeatureMatrix matrix, Span<double> block, Span<double> spread)
    {
        var anyBeyond = false;
        for (var from = 0; from < vector.Rows; from += BlockRows)
        {
            var rows = Math.Min(BlockRows, vector.Rows - from);
            Source!(vector, from, block[..rows]);
            if (ExactUpTo > 0)
                anyBeyond |= BlockSteps.AnyBeyond(block[..rows], ExactUpTo);

            // Up to the next whole vector: the last rows of a batch and a single row take the same instructions as all others.
            var padded = block[..((rows + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count)];
            padded[rows..].Clear();
            foreach (var step in Steps)
                step(padded);
            if (!IsOneHot)
            {
                BlockSink.Write(block[..rows], matrix, FirstFeature, from);
                continue;
            }
            for (var category = 0; category < FeatureCount; category++)
            {
                BlockSteps.EqualsIndex(padded, category, spread[..padded.Length]);
                BlockSink.Write(spread[..rows], matrix, FirstFeature + category, from);
            }
        }
        if (ExactUpTo > 0)
            matrix.NoteChanged(FirstFeature, anyBeyond);
    }
}
