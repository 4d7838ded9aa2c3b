using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>The distinct thresholds that the tops of a forest ask for, in planes of 255 a feature, and a number for each. Immutable.</summary>
/// <remarks>Numbers follow the planes; the first of each plane, its rank 0, stands for "never" where it is the feature's first plane.</remarks>
internal sealed class SliceRanks
{
    private readonly float[] _thresholds;
    private readonly int[] _from;
    private readonly int[] _firstPlane;
    private readonly int[] _planeOf;
    private readonly int[] _firstNumber;
    private readonly int[] _fromOfNode;

    /// <summary>Collects the thresholds.</summary>
    public SliceRanks(ForestModel model, IReadOnlyList<SliceTop> tops)
    {
        var features = model.FeatureCount;
        var (counts, asked) = (new int[features + 1], new bool[features]);
        Each(model, tops, (feature, threshold) =>
        {
            asked[feature] = true;
            if (!float.IsNaN(threshold))
                counts[feature + 1]++;
        });
        for (var feature = 0; feature < features; feature++)
            counts[feature + 1] += counts[feature];
        var (all, next) = (new float[counts[features]], counts[..features]);
        Each(model, tops, (feature, threshold) =>
        {
            if (!float.IsNaN(threshold))
                all[next[feature]++] = threshold + 0f; // -0 is 0
        });
        (_from, _firstPlane) = (new int[features + 1], new int[features]);
        var (planes, planeOf, firstNumber) = (new List<SlicePlane>(), new List<int>(), new List<int>());
        for (var feature = 0; feature < features; feature++)
        {
            // Moved to the front over what earlier features had twice.
            var sorted = Distinct(all.AsSpan(counts[feature]..counts[feature + 1]));
            sorted.CopyTo(all.AsSpan(_from[feature]));
            _from[feature + 1] = _from[feature] + sorted.Length;
            var distinct = all.AsSpan(_from[feature], sorted.Length);
            _firstPlane[feature] = planes.Count;
            for (var from = 0; asked[feature] && (from == 0 || from < distinct.Length); from += SlicePlane.MaxThresholds)
            {
                var part = distinct[from..Math.Min(from + SlicePlane.MaxThresholds, distinct.Length)];
                firstNumber.Add(planeOf.Count);
                planeOf.AddRange(Enumerable.Repeat(planes.Count, part.Length + 1));
                planes.Add(new SlicePlane(feature, part));
            }
        }
        _thresholds = all[.._from[features]];
        (Planes, _planeOf, _firstNumber) = ([.. planes], [.. planeOf], [.. firstNumber]);
        _fromOfNode = FromOfNodes(model, tops);
    }

    /// <summary>The planes, feature by feature.</summary>
    public SlicePlane[] Planes { get; }

    /// <summary>Numbers, from 0.</summary>
    public int Count => _planeOf.Length;

    /// <summary>The number of a feature's threshold; of NaN that of "never".</summary>
    public int NumberOf(int feature, float threshold)
    {
        var plane = _firstPlane[feature];
        if (float.IsNaN(threshold))
            return _firstNumber[plane];
        var (from, to) = (_from[feature], _from[feature + 1]);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (_thresholds[middle] < threshold)
                from = middle + 1;
            else
                to = middle;
        }
        var (over, rank) = Math.DivRem(from - _from[feature], SlicePlane.MaxThresholds);
        return _firstNumber[plane + over] + rank + 1;
    }

    /// <summary>The number of the threshold that a branch of a top begins to answer yes from; of a set that of "never".</summary>
    public int FromOf(int node) => _fromOfNode[node];

    /// <summary>The plane of a number.</summary>
    public int PlaneOf(int number) => _planeOf[number];

    /// <summary>The rank of a number in its plane, from 1; 0 means never.</summary>
    public int RankOf(int number) => number - _firstNumber[_planeOf[number]];

    // Looked up once: every branch is asked for its number several times.
    private int[] FromOfNodes(ForestModel model, IReadOnlyList<SliceTop> tops)
    {
        var numbers = new int[model.Nodes.Length];
        foreach (var top in tops)
        {
            foreach (var at in top.Nodes.AsSpan(0, top.InnerCount))
            {
                ref readonly var node = ref model.Nodes[at];
                numbers[at] = NumberOf(node.Feature, node.Mode == BranchMode.Member ? float.NaN : ForestSplit.Of(node).From);
            }
        }
        return numbers;
    }

    private static void Each(ForestModel model, IReadOnlyList<SliceTop> tops, Action<int, float> note)
    {
        foreach (var top in tops)
        {
            for (var i = 0; i < top.InnerCount; i++)
            {
                ref readonly var node = ref model.Nodes[top.Nodes[i]];
                if (node.Mode != BranchMode.Member)
                {
                    var split = ForestSplit.Of(node);
                    note(split.Feature, split.From);
                    note(split.Feature, split.Beyond);
                    continue;
                }
                note(node.Feature, float.NaN);
                foreach (var value in model.Sets[node.Set])
                {
                    note(node.Feature, value);
                    note(node.Feature, ForestSplit.After(value));
                }
            }
        }
    }

    private static Span<float> Distinct(Span<float> values)
    {
        values.Sort();
        var count = 0;
        foreach (var value in values)
        {
            if (count == 0 || value != values[count - 1])
                values[count++] = value;
        }
        return values[..count];
    }
}
