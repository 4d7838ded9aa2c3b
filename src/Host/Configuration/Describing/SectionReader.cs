using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>Reads the keys of one section; whatever is wrong goes to the problems and a harmless value comes back, so that reading goes on. Not
/// thread-safe.</summary>
/// <remarks>A key without a value counts as not given. <see cref="RefuseUnknownKeys"/> comes last: it knows the keys that were asked for.</remarks>
internal sealed class SectionReader(YamlNode.Mapping section, string path, ConfigProblems problems)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Where problems go.</summary>
    public ConfigProblems Problems => problems;

    /// <summary>The section itself, as a place for errors.</summary>
    public YamlNode.Mapping Node => section;

    /// <summary>The full name of a key, "quality.rejects.maxRows".</summary>
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The value of a key; null means that it is not given.</summary>
    public YamlNode? Find(string key)
    {
        _known.Add(key);
        problems.Asked(PathOf(key));
        var value = section.Entries.FirstOrDefault(e => e.Key.Text == key).Value;
        return value is YamlNode.Scalar { IsNull: true } ? null : value;
    }

    /// <summary>Text; null means that it is not given or was no text.</summary>
    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlNode.Scalar { Text.Length: > 0 } scalar:
                return scalar.Text;
            case var other:
                Wrong(key, other, "text", "Write one value after the colon.");
                return null;
        }
    }

    /// <summary>Text that must be there; empty after a problem was recorded.</summary>
    public string RequiredText(string key, string expected)
    {
        if (Find(key) is null)
            Missing(key, expected);
        return Text(key) ?? "";
    }

    /// <summary>One text or a list of texts; empty when not given.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlNode.Scalar { Text.Length: > 0 } scalar:
                return [scalar.Text];
            case YamlNode.Sequence list:
                foreach (var item in list.Items.Where(i => i is not YamlNode.Scalar { Text.Length: > 0 }))
                    Wrong(key, item, "text", "Write one value an item.");
                return [.. list.Items.OfType<YamlNode.Scalar>().Where(s => s.Text.Length > 0).Select(s => s.Text)];
            case var other:
                Wrong(key, other, "text or a list of texts", "Write [a, b] or one '- item' a line.");
                return [];
        }
    }

    /// <summary>A value that <paramref name="parse"/> understands, or the default.</summary>
    public T Parsed<T>(string key, T otherwise, string expected, Func<string, (bool IsValid, T Value)> parse)
    {
        if (Find(key) is not { } node)
            return otherwise;
        if (node is YamlNode.Scalar scalar && parse(scalar.Text) is (true, var value))
            return value;
        Wrong(key, node, expected, "Correct the value, or remove the key for the default.");
        return otherwise;
    }

    /// <summary>A whole number within bounds, or the default.</summary>
    public long Integer(string key, long otherwise, long min, long max) =>
        Parsed(key, otherwise, $"a whole number from {min} to {max}", text =>
            (long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max, number));

    /// <summary>A finite number within bounds, or the default.</summary>
    public double? Number(string key, double? otherwise, double min, double max) =>
        Parsed<double?>(key, otherwise, string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"), text =>
            NumberText.TryParse(text, out var number) && number >= min && number <= max ? (true, number) : (false, null));

    /// <summary>true or false, or the default.</summary>
    public bool Flag(string key, bool otherwise) => Parsed(key, otherwise, "true or false", text => (text is "true" or "false", text == "true"));

    /// <summary>A duration, or the default.</summary>
    public TimeSpan? Duration(string key, TimeSpan? otherwise) =>
        Parsed(key, otherwise, DurationText.Expected, text => DurationText.TryParse(text, out var duration) ? (true, (TimeSpan?)duration) : (false, null));

    /// <summary>An amount; null means not given.</summary>
    public Money? Amount(string key) =>
        Parsed(key, null, MoneyText.Expected, text => MoneyText.TryParse(text, out var money) ? (true, (Money?)money) : (false, null));

    /// <summary>One of an enum's names in camelCase ("runLatest"), or the default.</summary>
    public T Choice<T>(string key, T otherwise) where T : struct, Enum
    {
        if (Find(key) is not { } node)
            return otherwise;
        var words = Enum.GetValues<T>().ToDictionary(ChoiceText.Of, StringComparer.Ordinal);
        if (node is YamlNode.Scalar scalar && words.TryGetValue(scalar.Text, out var value))
            return value;
        var near = node is YamlNode.Scalar word ? NearestWord.Of(word.Text, words.Keys) : null;
        Wrong(key, node, $"one of {string.Join(", ", words.Keys)}", near is null ? "Choose one of them." : $"Did you mean '{near}'?");
        return otherwise;
    }

    /// <summary>A subsection; an empty one when not given, so that its defaults and known keys are the same.</summary>
    public SectionReader Section(string key)
    {
        var node = Find(key);
        if (node is not (null or YamlNode.Mapping))
            Wrong(key, node, "a section of keys and values", "Put the keys on lines of their own, indented by two spaces.");
        return new SectionReader(node as YamlNode.Mapping ?? new YamlNode.Mapping(section.Line, section.Column, []), PathOf(key), problems);
    }

    /// <summary>Records that a required key is not there.</summary>
    public void Missing(string key, string expected) =>
        problems.Add(section, PathOf(key), "no such key", expected, $"Add a line '{key}: ...'.");

    /// <summary>Records that a value is not what it should be.</summary>
    public void Wrong(string key, YamlNode value, string expected, string remedy) => problems.Add(value, PathOf(key), value.Describe(), expected, remedy);

    /// <summary>Records every key that nobody asked for, with the nearest one that somebody did.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (var (key, _) in section.Entries.Where(e => !_known.Contains(e.Key.Text)))
        {
            var near = NearestWord.Of(key.Text, _known);
            problems.Add(key, PathOf(key.Text), "an unknown key", $"one of {string.Join(", ", _known.Order(StringComparer.Ordinal))}",
                near is null ? "Remove it." : $"Did you mean '{near}'?");
        }
    }
}
