using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Reads the features of a model from a YAML file with one key, "features". Strict, like every file.</summary>
public static class FeaturesFile
{
    /// <summary>Reads the features.</summary>
    /// <exception cref="BadInputException">The file is missing or has problems; all of them are named with their lines.</exception>
    public static FeatureSpec Load(string path)
    {
        var problems = new ConfigProblems(path);
        return Read(YamlText.ReadFile(path, problems), problems);
    }

    /// <summary>Reads the features from nodes.</summary>
    internal static FeatureSpec Read(YamlNode.Mapping root, ConfigProblems problems)
    {
        var spec = Gather(root, problems);
        problems.ThrowIfAny();
        return spec;
    }

    /// <summary>Reads the features from nodes; problems are recorded, and the features without any come back.</summary>
    internal static FeatureSpec Gather(YamlNode.Mapping root, ConfigProblems problems)
    {
        var reader = new SectionReader(FeatureKeys.File, root, "", problems);
        switch (reader.Find(FeatureKeys.Features))
        {
            case YamlNode.Sequence list:
                return FeatureListReader.Read(list, FeatureKeys.Features.Name, problems);
            case { } other:
                reader.Wrong(FeatureKeys.Features, other, "a list of features", "Write one '- name' a line.");
                break;
        }
        return new FeatureSpec([]);
    }
}
