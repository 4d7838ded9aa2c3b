namespace BatchEngine.CostModel.Summaries;

/// <summary>What the money of a run bought. Pure.</summary>
public enum RunFate
{
    /// <summary>It goes on: what it makes is not counted yet, and neither is what it costs.</summary>
    Open,

    /// <summary>Its predictions could be had.</summary>
    Published,

    /// <summary>It ended and nobody can get what it made: held, failed or cancelled. A run that is resumed or published by hand is no longer wasted.</summary>
    Wasted,
}
