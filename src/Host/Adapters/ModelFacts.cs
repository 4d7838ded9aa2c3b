using BatchEngine.Domain;
using BatchEngine.Registry.Models;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Host.Adapters;

/// <summary>How a registered model would be run, and what to know before its answers are used.</summary>
/// <param name="Engine">The engine, or why it is not known yet.</param>
/// <param name="Detail">What the name does not say.</param>
/// <param name="Notes">Why other engines did not take it.</param>
/// <param name="Caveats">Where its answers are not what one would expect.</param>
internal sealed record ModelFacts(string Engine, string Detail, IReadOnlyList<string> Notes, IReadOnlyList<string> Caveats)
{
    /// <summary>Outputs that are left out unless a job names them, because they only pass inputs on.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Opens the model and looks.</summary>
    /// <exception cref="BadInputException">No engine runs it.</exception>
    public static ModelFacts Of(ResolvedModel model, ExecutorOptions execution)
    {
        if (model.Signature.ValueNames() is not { } features)
            return new ModelFacts("chosen when the features are known: the model does not say how many it takes", "", [], []);
        using var loaded = ExecutorFactory.Open(model.LocalPath, features, execution);
        return new ModelFacts(loaded.Name, loaded.Detail, loaded.Notes, LabelProbe.CaveatsOf(loaded)) { LeftOut = loaded.LeftOut };
    }

    /// <summary>What to know of a model that may not run without more being said (features, outputs).</summary>
    public static IReadOnlyList<string> CaveatsOf(ResolvedModel model, ExecutorOptions execution)
    {
        try
        {
            return Of(model, execution).Caveats;
        }
        catch (BadInputException)
        {
            return [];
        }
    }
}
