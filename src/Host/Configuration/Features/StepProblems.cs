using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Where a step says that its parameters do not fit each other.</summary>
internal sealed record StepProblems(YamlNode Parameters, KeyPlace Place)
{
    /// <summary>Records the problem and gives no step.</summary>
    public FeatureTransform? Refuse(string seen, string expected, string remedy)
    {
        Place.Refuse(Parameters, seen, expected, remedy);
        return null;
    }
}
