using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>What stands behind a step's word; each way of reading it records a problem when it is something else. Not thread-safe.</summary>
internal sealed class StepParameters(YamlNode node, string path, ConfigProblems problems)
{
    /// <summary>Whether it is exactly this word.</summary>
    public bool IsWord(string word) => node is YamlNode.Scalar scalar && scalar.Text == word;

    /// <summary>One finite number; null after a problem was recorded.</summary>
    public double? Number() => node is YamlNode.Scalar scalar && NumberText.TryParse(scalar.Text, out var number)
        ? number
        : Refuse<double?>(node.Describe(), "a number, or mean", "Write 'impute: 0' or 'impute: mean'.");

    /// <summary>A list of finite numbers; null after a problem was recorded.</summary>
    public IReadOnlyList<double>? Numbers()
    {
        var numbers = new List<double>();
        if (node is YamlNode.Sequence { Items.Count: > 0 and <= FeatureStepReader.MaxValues } list)
        {
            foreach (var item in list.Items)
            {
                if (item is YamlNode.Scalar scalar && NumberText.TryParse(scalar.Text, out var number))
                    numbers.Add(number);
            }
            if (numbers.Count == list.Items.Count)
                return numbers;
        }
        return Refuse<IReadOnlyList<double>>(node.Describe(), $"a list of 1 to {FeatureStepReader.MaxValues} numbers", "Write '[1, 5, 10]'.");
    }

    /// <summary>A list of different, non-empty words; null after a problem was recorded.</summary>
    public IReadOnlyList<string>? Words(string what)
    {
        if (node is not YamlNode.Sequence { Items.Count: > 0 and <= FeatureStepReader.MaxValues } list)
            return Refuse<IReadOnlyList<string>>(node.Describe(), $"a list of 1 to {FeatureStepReader.MaxValues} {what}", "Write '[a, b]'.");
        var words = list.Items.OfType<YamlNode.Scalar>().Select(s => s.Text).Where(t => t.Length > 0).ToList();
        return words.Count == list.Items.Count && words.Distinct(StringComparer.Ordinal).Count() == words.Count
            ? words
            : Refuse<IReadOnlyList<string>>("an empty or doubled one", $"different {what}", "List each once.");
    }

    /// <summary>One of an enum's names in camelCase; null after a problem was recorded.</summary>
    public T? Choice<T>() where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(ChoiceText.Of, StringComparer.Ordinal);
        if (node is YamlNode.Scalar scalar && words.TryGetValue(scalar.Text, out var value))
            return value;
        var near = node is YamlNode.Scalar word ? NearestWord.Of(word.Text, words.Keys) : null;
        return Refuse<T?>(node.Describe(), $"one of {string.Join(", ", words.Keys)}", near is null ? "Choose one of them." : $"Did you mean '{near}'?");
    }

    /// <summary>The parameters by name.</summary>
    public SectionReader Section()
    {
        if (node is not YamlNode.Mapping)
            problems.Add(node, path, node.Describe(), "parameters by name", "See docs/features.md for each step's parameters.");
        return new SectionReader(node as YamlNode.Mapping ?? new YamlNode.Mapping(node.Line, node.Column, []), path, problems);
    }

    /// <summary>Records a problem and gives nothing.</summary>
    public T? Refuse<T>(string seen, string expected, string remedy)
    {
        problems.Add(node, path, seen, expected, remedy);
        return default;
    }
}
