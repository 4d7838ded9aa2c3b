using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Reads the features of a model from a YAML file with one key, "features". Strict like <see cref="JobFile"/>. Stateless, thread-safe.</summary>
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
        var reader = new SectionReader(root, "", problems);
        var spec = new FeatureSpec([]);
        switch (reader.Find("features"))
        {
            case null:
                reader.Missing("features", "a list of features");
                break;
            case YamlNode.Sequence list:
                spec = FeatureListReader.Read(list, "features", problems);
                break;
            case var other:
                reader.Wrong("features", other, "a list of features", "Write one '- name' a line.");
                break;
        }
        reader.RefuseUnknownKeys();
        problems.ThrowIfAny();
        return spec;
    }
}
