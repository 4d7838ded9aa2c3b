using BatchEngine.Domain;

namespace BatchEngine.Host.Terminal;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Phase">What is going on, one word or two.</param>
/// <param name="Done">Rows done, or other things.</param>
/// <param name="Total">Rows in all; 0 means not known yet.</param>
/// <param name="Spent">Money spent so far.</param>
/// <param name="Things">What is counted; a speed is shown for rows only.</param>
internal sealed record ProgressSample(string Phase, long Done, long Total, Measured<Money> Spent, string Things = ProgressSample.Rows)
{
    /// <summary>Rows a second of late, of all that work on it; null (the default) takes the mean since the work was begun here.</summary>
    public Measured<double>? Rate { get; init; }

    /// <summary>What is counted unless something else is said.</summary>
    public const string Rows = "rows";
}
