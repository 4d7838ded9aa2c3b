using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>One step from a source column to model features. Steps are applied in order; the compiled step is the same code for a batch and for one
/// row.</summary>
public abstract record FeatureTransform
{
    private FeatureTransform()
    {
    }

    /// <summary>The step and its parameters in round-trip form, a part of the spec's hash: what a step that exists says here never changes.</summary>
    internal abstract string CanonicalText();

    /// <summary>What the step is called in messages about a column that it does not fit: "one-hot".</summary>
    public abstract string Words();

    /// <summary>The kind of column that the step asks for by itself, before anybody has seen the column; null means any numbers.</summary>
    public virtual ColumnKind? WantedColumn() => null;

    /// <summary>Whether no step may follow.</summary>
    public virtual bool MustBeLast() => false;

    /// <summary>The names of the features that it makes of one of this name.</summary>
    internal virtual IReadOnlyList<string> FeatureNames(string name) => [name];

    /// <summary>A missing value (null or NaN) becomes this constant.</summary>
    public sealed record ImputeConstant(double Value) : FeatureTransform
    {
        internal override string CanonicalText() => $"impute:{Number(Value)}";

        /// <inheritdoc/>
        public override string Words() => "impute constant";
    }

    /// <summary>A missing value becomes the mean of the column, as the steps before leave it, over all rows of the input; resolved to
    /// <see cref="ImputeConstant"/> when the run is planned.</summary>
    public sealed record ImputeMean : FeatureTransform
    {
        internal override string CanonicalText() => "impute:mean";

        /// <inheritdoc/>
        public override string Words() => "impute mean";
    }

    /// <summary>A missing text becomes this one, and the feature stays a text.</summary>
    public sealed record ImputeText(string Value) : FeatureTransform
    {
        internal override string CanonicalText() => $"imputeText:{Quoted(Value)}";

        /// <inheritdoc/>
        public override string Words() => "impute text";

        /// <inheritdoc/>
        public override ColumnKind? WantedColumn() => ColumnKind.Text;

        /// <inheritdoc/>
        public override bool MustBeLast() => true;
    }

    /// <summary>Values below <paramref name="Min"/> or above <paramref name="Max"/> become that bound; missing stays missing.</summary>
    public sealed record Clip(double Min, double Max) : FeatureTransform
    {
        internal override string CanonicalText() => $"clip:{Number(Min)},{Number(Max)}";

        /// <inheritdoc/>
        public override string Words() => "clip";
    }

    /// <summary>(x - mean) / standard deviation; a deviation of 0 is refused.</summary>
    public sealed record Standardise(double Mean, double StandardDeviation) : FeatureTransform
    {
        internal override string CanonicalText() => $"standardise:{Number(Mean)},{Number(StandardDeviation)}";

        /// <inheritdoc/>
        public override string Words() => "standardise";
    }

    /// <summary>ln(1 + x); x at or below -1 gives a non-finite feature, which the row check sees.</summary>
    public sealed record Log1P : FeatureTransform
    {
        internal override string CanonicalText() => "log1p";

        /// <inheritdoc/>
        public override string Words() => "log1p";
    }

    /// <summary>The number of edges at or below x: with edges e0 to en, a value below e0 gives 0, at or above en gives n + 1. Missing stays missing.</summary>
    public sealed record Bucketise(IReadOnlyList<double> Edges) : FeatureTransform
    {
        internal override string CanonicalText() => $"bucketise:{string.Join(',', Edges.Select(Number))}";

        /// <inheritdoc/>
        public override string Words() => "bucketise";
    }

    /// <summary>One feature per category, named "feature=category", 1 where equal, else 0; missing or unseen gives all zeros. Must be the last step.</summary>
    public sealed record OneHot(IReadOnlyList<string> Categories) : FeatureTransform
    {
        internal override string CanonicalText() => $"onehot:{string.Join(',', Categories.Select(Quoted))}";

        /// <inheritdoc/>
        public override string Words() => "one-hot";

        /// <inheritdoc/>
        public override ColumnKind? WantedColumn() => ColumnKind.Text;

        /// <inheritdoc/>
        public override bool MustBeLast() => true;

        internal override IReadOnlyList<string> FeatureNames(string name) => [.. Categories.Select(c => $"{name}={c}")];
    }

    /// <summary>The number given for the category; missing or unseen gives <paramref name="Unseen"/>.</summary>
    public sealed record OrdinalMap(IReadOnlyDictionary<string, double> Values, double Unseen) : FeatureTransform
    {
        internal override string CanonicalText()
        {
            var sorted = Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => Quoted(v.Key) + "=" + Number(v.Value));
            return $"ordinal:{string.Join(',', sorted)};{Number(Unseen)}";
        }

        /// <inheritdoc/>
        public override string Words() => "ordinal map";

        /// <inheritdoc/>
        public override ColumnKind? WantedColumn() => ColumnKind.Text;
    }

    /// <summary>XxHash64 of the value's UTF-8 text with the seed, modulo the bucket count; missing stays missing.</summary>
    public sealed record HashBucket(int Buckets, long Seed) : FeatureTransform
    {
        internal override string CanonicalText() => string.Create(CultureInfo.InvariantCulture, $"hash:{Buckets},{Seed}");

        /// <inheritdoc/>
        public override string Words() => "hash bucket";

        /// <inheritdoc/>
        public override ColumnKind? WantedColumn() => ColumnKind.Text;
    }

    /// <summary>A part of a date or timestamp in UTC.</summary>
    public sealed record DatePart(CalendarPart Part) : FeatureTransform
    {
        internal override string CanonicalText() => $"date:{Part}";

        /// <inheritdoc/>
        public override string Words() => "date part";

        /// <inheritdoc/>
        public override ColumnKind? WantedColumn() => ColumnKind.Timestamp;
    }

    /// <summary>1 where the value is missing, else 0.</summary>
    public sealed record MissingIndicator : FeatureTransform
    {
        internal override string CanonicalText() => "missing";

        /// <inheritdoc/>
        public override string Words() => "missing indicator";
    }

    /// <summary>Text in quotes, whatever is in it.</summary>
    internal static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
