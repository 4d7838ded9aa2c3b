using System.Text.Json.Serialization;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Screens;

/// <summary>How a run ended, as `run`, `backfill` and `runs resume` answer.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">In one word.</param>
/// <param name="Detail">In one sentence.</param>
internal sealed record RunAnswer(RunId Run, string Outcome, string Detail)
{
    /// <summary>What became of its rows; null when it was neither published nor held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RowCounts? Rows { get; init; }

    /// <summary>From the first shard to its end; null when that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Took { get; init; }

    /// <summary>The means that missing values were replaced by; empty without any.</summary>
    public IReadOnlyList<ImputedMean> Means { get; init; } = [];

    /// <summary>What it spent against its budget, in a sentence; null when the job has none, or it was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Budget { get; init; }

    /// <summary>What became of its columns against the baseline, in one sentence; null for a first run, and where nothing was judged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Drift { get; init; }

    /// <summary>Whether a column drifted.</summary>
    public bool HasDrifted { get; init; }

    /// <summary>The report as a page; null means that there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Page { get; init; }

    /// <summary>Whether it had ended before it was asked for.</summary>
    [JsonIgnore]
    public bool IsOld { get; init; }

    /// <summary>Whether `runs show` has more to say.</summary>
    [JsonIgnore]
    public bool HasReport { get; init; }

    /// <summary>The <see cref="ExitCode"/>.</summary>
    [JsonIgnore]
    public int Code { get; init; }
}
