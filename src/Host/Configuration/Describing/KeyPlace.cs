using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>A key in the file that is read: where problems with its value go.</summary>
/// <param name="Path">"quality.rejects.maxRows".</param>
/// <param name="Remedy">What its description says against a wrong value; null means what the type says.</param>
/// <param name="Problems">The problems of the file.</param>
internal readonly record struct KeyPlace(string Path, string? Remedy, ConfigProblems Problems)
{
    /// <summary>Records that a value is not what it should be.</summary>
    public void Wrong(YamlNode value, string expected, string remedy) => Refuse(value, value.Describe(), expected, remedy);

    /// <summary>Records a problem with a value, described in words of its own.</summary>
    public void Refuse(YamlNode value, string seen, string expected, string remedy) => Problems.Add(value, Path, seen, expected, Remedy ?? remedy);
}
