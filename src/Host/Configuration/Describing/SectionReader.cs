using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>Reads the described keys of one section. Whatever is wrong goes to the problems and a harmless value comes back, so that reading goes on; unknown
/// and missing keys are recorded at once. Not thread-safe.</summary>
/// <remarks>A key without a value counts as not given.</remarks>
internal sealed class SectionReader
{
    private readonly SectionKey _described;
    private readonly YamlNode.Mapping _section;
    private readonly string _path;

    /// <summary>Starts to read a section.</summary>
    /// <param name="described">Its keys.</param>
    /// <param name="section">What the file says.</param>
    /// <param name="path">The full name of the section; empty for the file.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="isGiven">Whether the file has the section at all; one that is not there lacks no key.</param>
    public SectionReader(SectionKey described, YamlNode.Mapping section, string path, ConfigProblems problems, bool isGiven = true)
    {
        (_described, _section, _path, Problems) = (described, OldNames.Replace(described, section, path, problems), path, problems);
        RefuseUnknownKeys();
        if (isGiven)
            RefuseMissingKeys();
    }

    /// <summary>Where problems go.</summary>
    public ConfigProblems Problems { get; }

    /// <summary>The full name of a key, "quality.rejects.maxRows".</summary>
    public string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    /// <summary>What the file says for a key; null means that it is not given.</summary>
    public YamlNode? Find(ConfigKey key)
    {
        Problems.Asked(PathOf(key.Name));
        return Given(key.Name);
    }

    /// <summary>The value of a key, or its default.</summary>
    public T Read<T>(Key<T> key) => Find(key) is { } node && key.Type.TryRead(node, PlaceOf(key), out var value) ? value : key.Default;

    /// <summary>The value of a key without a default; null means that it is not given or was refused.</summary>
    public T? ReadOrNull<T>(Key<T> key) where T : struct =>
        Find(key) is { } node && key.Type.TryRead(node, PlaceOf(key), out var value) ? value : null;

    /// <inheritdoc cref="ReadOrNull{T}(Key{T})"/>
    public string? ReadOrNull(Key<string> key) => Find(key) is { } node && key.Type.TryRead(node, PlaceOf(key), out var value) ? value : null;

    /// <summary>Records what is wrong with any value of the section.</summary>
    public void CheckValues()
    {
        foreach (var key in _described.Keys)
        {
            if (Find(key) is { } node)
                key.Check(node, PlaceOf(key));
        }
    }

    /// <summary>A subsection; an empty one when not given, so that its defaults are the same.</summary>
    public SectionReader Section(SectionKey key)
    {
        var node = Find(key);
        if (node is not (null or YamlNode.Mapping))
            Wrong(key, node, "a section of keys and values", "Put the keys on lines of their own, indented by two spaces.");
        return new SectionReader(key, node as YamlNode.Mapping ?? new YamlNode.Mapping(_section.Line, _section.Column, []), PathOf(key.Name), Problems,
            node is YamlNode.Mapping);
    }

    /// <summary>Records that a value is not what it should be.</summary>
    public void Wrong(ConfigKey key, YamlNode value, string expected, string remedy) => PlaceOf(key).Wrong(value, expected, remedy);

    /// <summary>Where problems with a key's value go.</summary>
    public KeyPlace PlaceOf(ConfigKey key) => new(PathOf(key.Name), key.Remedy, Problems);

    private YamlNode? Given(string name)
    {
        var value = _section.Entries.FirstOrDefault(e => e.Key.Text == name).Value;
        return value is YamlNode.Scalar { IsNull: true } ? null : value;
    }

    private void RefuseUnknownKeys()
    {
        var names = _described.Keys.Select(k => k.Name).Order(StringComparer.Ordinal).ToList();
        foreach (var (written, _) in _section.Entries)
        {
            if (names.Contains(written.Text))
                continue;
            var near = NearestWord.Of(written.Text, names);
            Problems.Add(written, PathOf(written.Text), "an unknown key", $"one of {string.Join(", ", names)}",
                near is null ? "Remove it." : $"Did you mean '{near}'?");
        }
    }

    private void RefuseMissingKeys()
    {
        foreach (var key in _described.Keys.Where(k => k.IsRequired && Find(k) is null))
            Missing(key, key.Wanted ?? key.Expected);
        if (_described.OneOf.Count > 0 && _described.OneOf.All(k => Given(k) is null))
            Missing(_described.Keys.First(k => k.Name == _described.OneOf[0]), string.Join(" or ", _described.OneOf));
    }

    private void Missing(ConfigKey key, string expected) =>
        Problems.Add(_section, PathOf(key.Name), "no such key", expected, $"Add a line '{key.Name}: ...'.");
}
