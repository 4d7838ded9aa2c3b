using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Reads one step of a feature: a word ("log1p") or a word with its parameters ("clip: { min: 0, max: 100 }").</summary>
internal static class FeatureStepReader
{
    /// <summary>The step; null means that a problem was recorded.</summary>
    public static FeatureTransform? Read(YamlNode node, string path, ConfigProblems problems)
    {
        (string Word, YamlNode? Parameters) written = node switch
        {
            YamlNode.Scalar alone => (alone.Text, null),
            YamlNode.Mapping { Entries: [var (key, value)] } => (key.Text, value),
            _ => ("", null),
        };
        if (FeatureSteps.All.FirstOrDefault(s => s.Word == written.Word) is { } step)
            return step.Read(written.Parameters, node, path, problems);
        var near = NearestWord.Of(written.Word, FeatureSteps.Words);
        problems.Add(node, path, node.Describe(), $"one step: {string.Join(", ", FeatureSteps.Words)}", near is null ? "Write one step an item."
            : $"Did you mean '{near}'?");
        return null;
    }
}
