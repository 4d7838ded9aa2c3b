using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>Keys that are still written by the name they had before.</summary>
internal static class OldNames
{
    /// <summary>The section with the names of today; each old one is warned of, and one beside its new name is a problem.</summary>
    public static YamlNode.Mapping Replace(SectionKey described, YamlNode.Mapping section, string path, ConfigProblems problems)
    {
        foreach (var key in described.Keys.Where(k => k.OldName is not null))
            section = Replace(key.OldName!, key.Name, section, path, problems);
        return section;
    }

    private static YamlNode.Mapping Replace(string oldName, string name, YamlNode.Mapping section, string path, ConfigProblems problems)
    {
        if (section.Entries.FirstOrDefault(e => e.Key.Text == oldName).Key is not { } written)
            return section;
        var oldPath = path.Length == 0 ? oldName : $"{path}.{oldName}";
        if (section.Entries.Any(e => e.Key.Text == name))
        {
            problems.Add(written, oldPath, $"'{oldName}' beside '{name}'", "one of them",
                $"Move its keys to '{name}' and remove '{oldName}', its old name.");
            return section with { Entries = [.. section.Entries.Where(e => e.Key.Text != oldName)] };
        }
        problems.Warn($"{problems.Place(written, oldPath)} is called '{name}' now; the old name still reads.");
        return section with { Entries = [.. section.Entries.Select(e => e.Key.Text == oldName ? (e.Key with { Text = name }, e.Value) : e)] };
    }
}
