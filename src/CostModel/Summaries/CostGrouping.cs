namespace BatchEngine.CostModel.Summaries;

/// <summary>What a cost summary has one line for.</summary>
public enum CostGrouping
{
    /// <summary>One line a job (real-time spend under its serving name).</summary>
    Job,

    /// <summary>One line a run.</summary>
    Run,

    /// <summary>One line a model version.</summary>
    Model,

    /// <summary>One line a serving name: the batch jobs that fill it and the endpoint behind it.</summary>
    ServingName,

    /// <summary>One line a machine as it is rented: provider, type, zone and purchase.</summary>
    Offering,
}
