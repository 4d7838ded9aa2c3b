using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>All inputs of planning, frozen: equal requests give equal plans, byte for byte.</summary>
/// <param name="Run">The run.</param>
/// <param name="Job">The job as the person wrote it.</param>
/// <param name="Prepared">What was looked up.</param>
/// <param name="Offers">The capacity to choose from, at least one.</param>
/// <param name="Now">When the plan is made, for the deadline.</param>
/// <param name="PlannedBefore">The input of an earlier plan of the same run; null when this is the first.</param>
internal sealed record PlanRequest(
    RunId Run,
    ScoringJob Job,
    PreparedInputs Prepared,
    IReadOnlyList<CapacityOffer> Offers,
    DateTimeOffset Now,
    InputManifest? PlannedBefore)
{
    /// <summary>The run whose predictions may be taken over, or why there is none.</summary>
    public BaseAnswer Base { get; init; } = new BaseAnswer.None("no earlier run was looked for");

    /// <summary>Whether the model only appends trees to that of the base; looked at when the two are not the same.</summary>
    public ModelGrowth Growth { get; init; } = new ModelGrowth.Another("its trees were not compared");

    /// <summary>How long sealing, judging and publishing took when a run of this job was last published.</summary>
    public Measured<TimeSpan> Overhead { get; init; } = Measured<TimeSpan>.NotMeasured("no run of this job has been published yet");

    /// <summary>What the model costs a row of one core.</summary>
    public Measured<double> ModelNanoseconds { get; init; } = Measured<double>.NotMeasured("the model was not timed");
}
