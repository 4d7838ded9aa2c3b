using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>What a job comes to with a model, an input and a machine: what the person left out is filled in here, once. Pure.</summary>
public static class JobNeeds
{
    /// <summary>The features that the model is to read: the job's, or one for each of the model's own inputs.</summary>
    /// <exception cref="BadInputException">The job names none, and the model takes them all as one matrix without names.</exception>
    public static FeatureSpec Features(ScoringJob job, ModelSignature signature) => job.Features is { } asked ? asked
        : signature.TakesOneMatrix || !signature.TakesColumns
        ? throw new BadInputException($"job {job.Name}, features", "nothing", $"the columns behind the model's inputs {string.Join(", ", signature.Inputs)}",
            "Add features: a list of columns in the model's order, or a features.yaml.")
        : FeatureSpec.AsIs(signature.Inputs.Select(i => i.Name));

    /// <summary>The input columns that are read: behind the features, the key and those carried to the output, each once.</summary>
    public static IReadOnlyList<string> Columns(ScoringJob job, FeatureSpec features) =>
        [.. features.SourceColumns.Append(job.KeyColumn).Concat(job.CarriedColumns).Distinct(StringComparer.Ordinal)];

    /// <summary>The kind of the key column.</summary>
    /// <exception cref="BadInputException">Its values have no exact text.</exception>
    public static KeyKind Key(ScoringJob job, InputManifest manifest) =>
        KeyKinds.Of(manifest.Columns.First(c => c.Name == job.KeyColumn), $"job {job.Name}, key");

    /// <summary>How many sums the snapshot keeps behind each prediction: none when the job does not ask for them, or when they are the outputs.</summary>
    public static int KeptSums(ScoringJob job, int sums, bool areOutputs) => job.KeepsSums && !areOutputs ? sums : 0;

    /// <summary>The workers of a run: as many as the job says, else as configured, else one per core.</summary>
    /// <param name="job">The job.</param>
    /// <param name="configured">What the engine's configuration says; 0 means nothing.</param>
    /// <param name="cores">The cores of the machine.</param>
    public static int Workers(ScoringJob job, int configured, int cores) => job.Workers > 0 ? job.Workers : configured > 0 ? configured : cores;

    /// <summary>The workers that share the memory of one process: all of them, or one when each is a process of its own.</summary>
    public static int WorkersPerProcess(ScoringJob job, int configured, int cores) =>
        job.WorkerMode != WorkerMode.InProcess ? 1 : Workers(job, configured, cores);
}
