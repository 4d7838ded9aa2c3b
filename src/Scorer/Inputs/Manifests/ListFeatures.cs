using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>A spec in which each feature of a column of lists stands as one feature for each place of the lists.</summary>
/// <param name="Spec">The features, lists spread out.</param>
/// <param name="Elements">The places, by their names as columns.</param>
public sealed record ListFeatures(FeatureSpec Spec, IReadOnlyDictionary<string, ListElement> Elements)
{
    /// <summary>Spreads the lists. Their length is what the model says of its input, else the length of the first list in the files.</summary>
    /// <param name="spec">What the model is to read.</param>
    /// <param name="signatureOf">Gives the model's inputs; asked only when there are lists.</param>
    /// <param name="found">The columns there are.</param>
    /// <param name="files">Where the files are; null means on this machine.</param>
    /// <exception cref="BadInputException">No list says the length, or a place has the name of another column.</exception>
    public static ListFeatures Spread(FeatureSpec spec, Func<ModelSignature> signatureOf, InputManifest found, InputFiles? files = null)
    {
        var lists = found.Columns.Where(c => c.Elements is not null).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var elements = new Dictionary<string, ListElement>(StringComparer.Ordinal);
        if (!spec.SourceColumns.Any(lists.Contains))
            return new ListFeatures(spec, elements);
        var signature = signatureOf();
        var lengths = spec.SourceColumns.Where(lists.Contains)
            .ToDictionary(l => l, l => Declared(l, lists, spec, signature) ?? First(l, found, files), StringComparer.Ordinal);
        var columns = new List<FeatureColumn>();
        foreach (var column in spec.Columns)
        {
            if (!lengths.TryGetValue(column.Source, out var length))
            {
                columns.Add(column);
                continue;
            }
            for (var i = 0; i < length; i++)
            {
                var source = ListElement.NameOf(column.Source, i);
                elements[source] = new ListElement(column.Source, i, length);
                columns.Add(column with { Name = ListElement.NameOf(column.Name, i), Source = source });
            }
        }
        if (found.Columns.FirstOrDefault(c => elements.ContainsKey(c.Name)) is { } twice)
        {
            throw new BadInputException($"column '{twice.Name}'", $"a column of that name beside the lists of column '{elements[twice.Name].List}'",
                "no column named like a place of a list", "Rename one of them where the files are written.");
        }
        return new ListFeatures(new FeatureSpec(columns), elements);
    }

    // What the model says goes by the input's name where there are several inputs, or by what the other features leave over.
    private static int? Declared(string list, HashSet<string> lists, FeatureSpec spec, ModelSignature signature)
    {
        var readers = spec.Columns.Where(c => c.Source == list).ToArray();
        if (readers.Length != 1 || readers[0].FeatureNames.Count != 1)
            return null;
        var widths = signature.Inputs.Select(i => (i.Name, Width: ModelSignature.WidthOf(i))).ToArray();
        if (widths.Length > 1 && widths.FirstOrDefault(i => i.Name == readers[0].Name) is { Width: > 0 } own)
            return checked((int)own.Width);
        if (widths.Any(i => i.Width < 1) || spec.Columns.Count(c => lists.Contains(c.Source)) > 1)
            return null;
        var left = widths.Sum(i => i.Width) - spec.Columns.Where(c => c != readers[0]).Sum(c => c.FeatureNames.Count);
        return left is > 0 and <= int.MaxValue ? (int)left : null;
    }

    private static int First(string list, InputManifest found, InputFiles? files)
    {
        foreach (var file in found.Files.Where(f => f.Rows > 0))
        {
            using var reader = InputFileReader.Open(file, files);
            if (reader.FirstLength(list) is { } length)
            {
                return length > 0 ? length : throw new BadInputException($"{file.Path}, column '{list}'", "an empty list in its first row with a list",
                    "lists of one length, at least 1", "Write the lists at their full length, or null where there is none.");
            }
        }
        throw new BadInputException($"column '{list}'", "no list in any row", "lists of one length, because the model does not say how many values it reads",
            "Check the files, or export the model with the width of its input.");
    }
}
