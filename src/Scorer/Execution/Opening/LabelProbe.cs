using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>Looks, on made-up rows, whether the labels of a classifier are the classes of its largest probabilities.</summary>
public static class LabelProbe
{
    /// <summary>Everything that a person should know of an opened model before its answers are used; a model that cannot be tried says only what its file
    /// says.</summary>
    public static IReadOnlyList<string> CaveatsOf(LoadedModel model)
    {
        if (!model.GivesConfidence)
            return model.Caveats.All(0, 0, "");
        using var rows = MadeUpRows.Of(model);
        if (rows is null)
            return model.Caveats.All(0, 0, "");
        try
        {
            using var executor = model.CreateExecutor();
            var scored = new UnitPredictions(model.Outputs.Count, rows.Rows);
            executor.Score(rows, scored);
            return model.Caveats.All(scored.LabelsBesideTheLargest, rows.Rows - scored.Refused.Count, "made-up rows");
        }
        catch (BadInputException)
        {
            // It refuses rows like these, which is no fault of it.
            return model.Caveats.All(0, 0, "");
        }
    }
}
