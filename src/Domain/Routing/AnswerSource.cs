namespace BatchEngine.Domain;

/// <summary>Where an application's answer came from. Answers and stored counts spell it in lower case.</summary>
public enum AnswerSource
{
    /// <summary>The stored prediction, which keeps its contract.</summary>
    Snapshot,

    /// <summary>The model, asked in real time.</summary>
    Realtime,

    /// <summary>A stored prediction that breaks its contract, because no real-time answer could be had.</summary>
    Degraded,

    /// <summary>Nowhere: no prediction was given.</summary>
    Refused,
}
