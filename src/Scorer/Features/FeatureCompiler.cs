using System.Collections.Frozen;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Features;

/// <summary>Compiles one feature column: checks every step against what the steps before it give, and turns them into block operations. Used once a column;
/// not thread-safe.</summary>
internal sealed class FeatureCompiler
{
    private const double MostInDouble = 9_007_199_254_740_992;

    private readonly FeatureColumn _feature;
    private readonly InputColumn _source;
    private readonly List<BlockStep> _steps = [];
    private BlockSource? _first;
    private bool _isText;
    private bool _isWhole;
    private bool _isOneHot;
    private byte[]? _missingText;

    // How the values of a column of 32-bit or 16-bit floats are rounded, as long as they are still those, or constants in their place; null means that they
    // are doubles.
    private Func<double, double>? _round;

    private FeatureCompiler(FeatureColumn feature, InputColumn source)
    {
        (_feature, _source) = (feature, source);
        _isText = source.Kind == ColumnKind.Text;
        _round = source.Kind != ColumnKind.Float ? null
            : IsHalf ? static x => (double)(Half)x : static x => (float)x;
        _isWhole = source.Kind is ColumnKind.Bool or ColumnKind.Integer or ColumnKind.Date or ColumnKind.Timestamp;
    }

    /// <summary>Compiles a feature column for the storage its model wants.</summary>
    /// <exception cref="BadInputException">A step cannot be applied, or its parameters make no sense, or the storage cannot hold the values.</exception>
    public static CompiledFeature Compile(FeatureColumn feature, InputColumn source, int sourceIndex, int firstFeature, FeatureStorage storage)
    {
        if (source.Kind == ColumnKind.Unsupported)
            throw InputProblems.Unreadable($"feature '{feature.Name}', column '{source.Name}'", source);
        var compiler = new FeatureCompiler(feature, source);
        for (var i = 0; i < feature.Steps.Count; i++)
            compiler.Add(new StepPlace(feature, i));
        return compiler.Finish(sourceIndex, firstFeature, storage);
    }

    private CompiledFeature Finish(int sourceIndex, int firstFeature, FeatureStorage storage)
    {
        var form = (Empty: _feature.Steps.Count == 0 || _missingText is not null, _source.Kind, storage) switch
        {
            (true, ColumnKind.Float, FeatureStorage.Float32) => FeatureForm.FloatAsIs,
            (true, ColumnKind.Bool or ColumnKind.Integer or ColumnKind.Date or ColumnKind.Timestamp, FeatureStorage.Int64) => FeatureForm.IntegerAsIs,
            (true, ColumnKind.Text, FeatureStorage.Text) => FeatureForm.TextAsIs,
            _ => FeatureForm.Computed,
        };
        var place = $"feature '{_feature.Name}'";
        if (form == FeatureForm.Computed && _isText)
        {
            throw new BadInputException(place, $"the text column '{_source.Name}' without a step that makes it a number",
                $"a number, because the model takes {storage}",
                "Add one of one-hot, ordinal map, hash bucket or missing indicator.");
        }
        if (form == FeatureForm.Computed && storage == FeatureStorage.Text)
        {
            throw new BadInputException(place, $"numbers ({_source.Kind} column '{_source.Name}')", "text, because the model takes text",
                "Take the column without steps, and write it as text where the file is made.");
        }
        if (form == FeatureForm.Computed && storage == FeatureStorage.Int64 && !_isWhole)
        {
            throw new BadInputException(place, $"fractions ({_source.Kind} column '{_source.Name}')", "whole numbers, because the model takes int64",
                "End with bucketise, ordinal map to whole numbers, hash bucket or missing indicator, or cast the column to an integer where the file is made.");
        }
        return new CompiledFeature(sourceIndex, firstFeature, _feature.FeatureNames.Count, form, form == FeatureForm.Computed ? _first ?? Numbers()
            : null, [.. _steps], _isOneHot)
        {
            MissingText = _missingText,
            ExactUpTo = form != FeatureForm.Computed || _feature.Steps.Count > 0 || _source.Kind != ColumnKind.Integer ? 0
                : storage == FeatureStorage.Float64 ? MostInDouble : IntegerHalves.MostInFloat,
        };
    }

    private void Add(StepPlace place)
    {
        switch (place.Step)
        {
            case FeatureTransform.ImputeConstant s:
                place.NeedFinite(s.Value, "the constant");
                AddNumeric(place, block => BlockSteps.Impute(block, s.Value), staysWhole: double.IsInteger(s.Value));
                break;
            case FeatureTransform.ImputeText s:
                place.Need(_isText && place.IsLast, $"impute text as step {place.Number} of {place.Count} on the {_source.Kind} column '{_source.Name}'",
                    "impute text as the only step on a text column",
                        "A map of categories gives missing texts its unseen number; numbers are imputed by 'impute'.");
                _missingText = System.Text.Encoding.UTF8.GetBytes(s.Value);
                break;
            case FeatureTransform.ImputeMean:
                throw place.Bad("a mean that nobody has computed yet", "a constant",
                    "Means are filled in when a run is planned, and by score; elsewhere write the constant.");
            case FeatureTransform.Clip s:
                place.Need(s.Min <= s.Max, $"min {s.Min} and max {s.Max}", "min at most max", "Swap or mend the bounds.");
                AddNumeric(place, block => BlockSteps.Clip(block, s.Min, s.Max), staysWhole: double.IsInteger(s.Min) && double.IsInteger(s.Max));
                break;
            case FeatureTransform.Standardise s:
                place.NeedFinite(s.Mean, "the mean");
                place.Need(double.IsFinite(s.StandardDeviation)
                    && s.StandardDeviation > 0, $"a standard deviation of {s.StandardDeviation}", "a finite number above 0",
                    "A column that never varies says nothing: leave it out, or mend the deviation.");
                AddNumeric(place, block => BlockSteps.Standardise(block, s.Mean, s.StandardDeviation), staysWhole: false);
                break;
            case FeatureTransform.Log1P:
                AddNumeric(place, BlockSteps.Log1P, staysWhole: false);
                break;
            case FeatureTransform.Bucketise s:
                AddBucketise(place, s);
                break;
            case FeatureTransform.OneHot s:
                place.Need(place.IsLast, $"one-hot as step {place.Number} of {place.Count}", "one-hot as the last step", "Move it to the end.");
                AddMap(place, s.Categories, [.. s.Categories.Select((_, i) => (double)i)], double.NaN);
                _isOneHot = true;
                break;
            case FeatureTransform.OrdinalMap s:
                AddOrdinal(place, s);
                break;
            case FeatureTransform.HashBucket s:
                AddHash(place, s);
                break;
            case FeatureTransform.DatePart s:
                AddDatePart(place, s);
                break;
            case FeatureTransform.MissingIndicator:
                if (_isText)
                    SetFirst(BlockSources.MissingText);
                else
                    AddNumeric(place, BlockSteps.MissingIndicator, staysWhole: true);
                _isWhole = true;
                break;
            default:
                throw new InvariantBrokenException("every transform compiles", place.Step.GetType().Name);
        }
    }

    private void AddBucketise(StepPlace place, FeatureTransform.Bucketise step)
    {
        place.Need(step.Edges.Count > 0, $"no edge", "at least one edge", "Name the edges, smallest first.");
        for (var i = 0; i < step.Edges.Count; i++)
        {
            place.NeedFinite(step.Edges[i], $"edge {i + 1}");
            place.Need(i == 0 || step.Edges[i] > step.Edges[i - 1], $"edge {step.Edges[i]} after {step.Edges[Math.Max(i - 1, 0)]}", "edges that increase",
                "Sort the edges and take out repeated ones.");
        }
        const int fewEdges = 24;
        double[] edges = [.. step.Edges];
        if (_round is { } round)
        {
            // 0.1 as a float is above 0.1 as a double, 0.7 is below: the column's own values meet edges of their own precision.
            edges = Array.ConvertAll(edges, e => round(e));
            RoundConstants();
        }
        AddNumeric(place, edges.Length <= fewEdges ? block =>
            BlockSteps.BucketiseFew(block, edges) : block => BlockSteps.BucketiseMany(block, edges), staysWhole: true);
        _isWhole = true;
    }

    private void AddOrdinal(StepPlace place, FeatureTransform.OrdinalMap step)
    {
        var sorted = step.Values.OrderBy(v => v.Key, StringComparer.Ordinal).ToArray();
        foreach (var (category, value) in sorted)
            place.NeedFinite(value, $"the number of '{category}'");
        place.Need(!double.IsInfinity(step.Unseen), $"{step.Unseen} for unseen categories", "a finite number, or NaN for missing", "Mend the number.");
        AddMap(place, [.. sorted.Select(v => v.Key)], [.. sorted.Select(v => v.Value)], step.Unseen);
        _isWhole = sorted.All(v => double.IsInteger(v.Value)) && (double.IsNaN(step.Unseen) || double.IsInteger(step.Unseen));
    }

    private void AddMap(StepPlace place, IReadOnlyList<string> categories, double[] values, double unseen)
    {
        place.Need(categories.Count > 0, $"no category", "at least one category", "Name the categories.");
        NeedCategorical(place);
        if (_isText)
        {
            SetFirst(BlockSources.TextMap(categories, values, unseen));
        }
        else if (_first is null && _steps.Count == 0 && _source.Kind is ColumnKind.Integer or ColumnKind.Bool)
        {
            var numbers = CategoryNumbers.Whole(place, categories, _source.Kind == ColumnKind.Bool);
            SetFirst(BlockSources.IntegerMap(numbers.Select((n, i) => (n, i)).ToFrozenDictionary(n => n.n, n => values[n.i]), unseen));
        }
        else
        {
            var map = NumberMap(CategoryNumbers.Any(place, categories, _round), values);
            if (_round is not null)
                RoundConstants();
            _steps.Add(block =>
            {
                foreach (ref var x in block)
                    x = map.TryGetValue(x, out var value) ? value : unseen;
            });
        }
        _round = null;
        _isWhole = true;
    }

    /// <summary>The value of each number. A double that is a category's nearest 32-bit float is that category too: so it comes from a file of floats, or from
    /// a cast.</summary>
    private static FrozenDictionary<double, double> NumberMap(IReadOnlyList<double> numbers, double[] values)
    {
        var map = new Dictionary<double, double>(2 * numbers.Count);
        for (var i = 0; i < numbers.Count; i++)
            map[numbers[i]] = values[i];
        for (var i = 0; i < numbers.Count; i++)
            map.TryAdd((float)numbers[i], values[i]);
        return map.ToFrozenDictionary();
    }

    private bool IsHalf => _source.Stored?.Meaning == ValueMeaning.Float16;

    // Values that steps have put into a column of floats are compared as floats, too; of 16 bits so are those of a request, which come with 32.
    private void RoundConstants()
    {
        if (IsHalf)
            _steps.Add(BlockSteps.ToHalf);
        else if (_steps.Count > 0)
            _steps.Add(BlockSteps.ToSingle);
    }

    private void AddHash(StepPlace place, FeatureTransform.HashBucket step)
    {
        const int mostBuckets = 1 << 24; // beyond, a 32-bit float cannot tell neighbours apart
        place.Need(step.Buckets is >= 1
            and <= mostBuckets, $"{step.Buckets} buckets", $"1 to {mostBuckets}", "Choose the number of buckets the model was trained with.");
        NeedCategorical(place);
        place.Need(_isText || _isWhole, $"fractions ({_source.Kind} column '{_source.Name}')", "text, whole numbers or bool",
            "A fraction has many texts: bucketise it first, or write the column as text or integer.");
        if (_isText)
        {
            SetFirst(BlockSources.TextHash(step.Buckets, step.Seed));
        }
        else if (_first is null && _steps.Count == 0)
        {
            SetFirst(BlockSources.IntegerHash(step.Buckets, step.Seed, _source.Kind == ColumnKind.Bool));
        }
        else
        {
            _steps.Add(block =>
            {
                foreach (ref var x in block)
                    x = double.IsNaN(x) ? x : BlockSources.Bucket((long)x, step.Buckets, step.Seed);
            });
        }
        _isWhole = true;
    }

    private void AddDatePart(StepPlace place, FeatureTransform.DatePart step)
    {
        place.Need(place.Number == 1, $"a date part as step {place.Number}", "a date part as the first step",
            "Move it to the front: the steps before it already make a number of the instant.");
        place.Need(_source.Kind is ColumnKind.Date
            or ColumnKind.Timestamp, $"the {_source.Kind} column '{_source.Name}' ({_source.PhysicalType})", "a date or timestamp column",
            "Write the column as a date or timestamp, or take another step.");
        place.Need(step.Part != CalendarPart.Hour
            || _source.Kind == ColumnKind.Timestamp, $"the hour of the date column '{_source.Name}'", "a timestamp column", "A date has no hour.");
        SetFirst(BlockSources.DatePart(step.Part, _source.Kind == ColumnKind.Date));
        _isWhole = step.Part != CalendarPart.SecondsSinceEpoch || _source.Kind == ColumnKind.Date;
    }

    private void AddNumeric(StepPlace place, BlockStep step, bool staysWhole)
    {
        place.Need(!_isText, $"the text column '{_source.Name}'", "a number, date or bool",
            "Make it a number first, with an ordinal map or hash bucket; a missing text is the map's unseen value.");
        _first ??= Numbers();
        _steps.Add(step);
        if (place.Step is not (FeatureTransform.ImputeConstant or FeatureTransform.Clip))
            _round = null;
        _isWhole &= staysWhole;
    }

    private void NeedCategorical(StepPlace place) => place.Need(_first is not null || _source.Kind is not (ColumnKind.Date or ColumnKind.Timestamp),
        $"the {_source.Kind} column '{_source.Name}'", "text, numbers or bool", "Take a date part of it first.");

    private void SetFirst(BlockSource source) => (_first, _isText) = (source, false);

    private BlockSource Numbers() => _source.Kind switch
    {
        ColumnKind.Float => BlockSources.Floats,
        ColumnKind.Double or ColumnKind.Decimal => BlockSources.Doubles,
        _ => BlockSources.Integers,
    };
}
