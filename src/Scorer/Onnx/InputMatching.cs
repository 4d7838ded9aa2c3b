using BatchEngine.Domain;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Shares features out among several inputs, or gives them all to a single one. One use.</summary>
internal sealed class InputMatching(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<string> featureNames)
{
    /// <summary>The inputs with their features; null when they do not fit.</summary>
    public IReadOnlyList<InputPart>? Parts()
    {
        if (inputs.Count == 1)
            return Part(inputs[0], [.. Enumerable.Range(0, featureNames.Count)]) is { } single ? [single] : null;
        var rest = Enumerable.Range(0, featureNames.Count).ToList();
        var named = new int[]?[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            named[i] = Named(inputs[i]);
            if (ModelSignature.WidthOf(inputs[i]) == 1 && named[i] is null)
                return null;
            foreach (var feature in named[i] ?? [])
                rest.Remove(feature);
        }
        return Share(named, rest);
    }

    private List<InputPart>? Share(int[]?[] named, List<int> rest)
    {
        var open = Enumerable.Range(0, inputs.Count).Where(i => named[i] is null).ToArray();
        var unknown = open.Count(i => ModelSignature.WidthOf(inputs[i]) < 0);
        var left = rest.Count - open.Where(i => ModelSignature.WidthOf(inputs[i]) > 0).Sum(i => ModelSignature.WidthOf(inputs[i]));
        if (unknown > 1 || (unknown == 0 ? left != 0 : left < 1))
            return null;
        var parts = new List<InputPart>();
        var next = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            var width = named[i] is not null ? 0 : ModelSignature.WidthOf(inputs[i]) is > 0 and var known ? (int)known : (int)left;
            IReadOnlyList<int> own = named[i] ?? [.. rest.GetRange(next, width)];
            next += named[i] is null ? width : 0;
            if (Part(inputs[i], own) is not { } part)
                return null;
            parts.Add(part);
        }
        return parts;
    }

    // The feature of the input's name, or the places of the column of lists of that name; null means that the input shares in the rest.
    private int[]? Named(TensorSpec input)
    {
        var width = ModelSignature.WidthOf(input);
        if (width is 1 or -1 && IndexOf(input.Name) is >= 0 and var own)
            return [own];
        var places = new List<int>();
        while (IndexOf(ListElement.NameOf(input.Name, places.Count)) is >= 0 and var place)
            places.Add(place);
        return places.Count > 0 && (width < 0 || width == places.Count) ? [.. places] : null;
    }

    // One dimension may be left open by the file: it is what the number of features makes it.
    private static InputPart? Part(TensorSpec input, IReadOnlyList<int> features)
    {
        if (input.Shape.Count == 0)
            return new InputPart(input, features, [features.Count]);
        long[] inner = [.. input.Shape.Skip(1)];
        var open = Enumerable.Range(0, inner.Length).Where(i => inner[i] <= 0).ToArray();
        var known = inner.Where(d => d > 0).Aggregate(1L, (product, d) => product * d);
        if (open.Length > 1 || (open.Length == 0 && known != features.Count) || features.Count % known != 0)
            return null;
        if (open is [var at])
            inner[at] = features.Count / known;
        return new InputPart(input, features, inner);
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < featureNames.Count; i++)
        {
            if (string.Equals(featureNames[i], name, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }
}
