using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Opens the models of a one-shot scoring: one, or a champion with challengers in one pass.</summary>
internal static class OneShotModels
{
    /// <summary>Reads the first one and begins to open it.</summary>
    /// <exception cref="BadInputException">The file is missing or no model.</exception>
    public static ModelReading Read(string modelPath, ExecutorOptions execution)
    {
        if (!File.Exists(modelPath))
            throw new BadInputException(modelPath, "no file", "an ONNX model", "Check the path.");
        var reading = ModelReading.Of(modelPath, execution);
        reading.Begin();
        return reading;
    }

    /// <summary>Loads them for the features that are read.</summary>
    /// <exception cref="BadInputException">One cannot be run, or does not go with the first.</exception>
    public static LoadedModel Open(ModelReading reading, OneShotOptions options, IReadOnlyList<string> featureNames)
    {
        var champion = ExecutorFactory.Open(reading, featureNames, options.Execution);
        if (options.ChallengerPaths.Count == 0)
            return champion;
        var challengers = new List<(string Name, LoadedModel Model)>();
        try
        {
            foreach (var path in options.ChallengerPaths)
                challengers.Add((Path.GetFileNameWithoutExtension(path), ExecutorFactory.Open(path, featureNames, options.Execution)));
            return ModelSet.Of(champion, challengers);
        }
        catch
        {
            champion.Dispose();
            foreach (var (_, model) in challengers)
                model.Dispose();
            throw;
        }
    }
}
