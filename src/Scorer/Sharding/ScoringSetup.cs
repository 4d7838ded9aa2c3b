using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Everything one worker needs to score some row groups, whoever asked: a shard of a run or a part of a one-shot scoring.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Model">What is scored with.</param>
/// <param name="Output">What is written, and where.</param>
/// <param name="Rejects">How many rows may be rejected.</param>
/// <param name="From">What is already durable.</param>
internal sealed record ScoringSetup(ScoringInput Input, ScoringModel Model, ScoringOutput Output, RejectBudget Rejects, Checkpoint From)
{
    /// <summary>What is counted for drift; null counts nothing.</summary>
    public ScoringProfiles? Profiles { get; init; }

    /// <summary>Where unchanged predictions come from; null scores every row.</summary>
    public ScoringBase? Base { get; init; }

    /// <summary>Units that a worker holds: two decode one while another is scored; one keeps a unit in the cache of the core that decoded it. Default
    /// <see cref="UnitSizing.MaxUnitsHeld"/>.</summary>
    public int UnitsHeld { get; init; } = UnitSizing.MaxUnitsHeld;

    /// <summary>Looked at before each unit; null means that there is none.</summary>
    public MemoryCeiling? Ceiling { get; init; }

    /// <summary>The most bytes of text of one column in a unit: under a ceiling they are counted in advance.</summary>
    public int MaxTextBytes => Ceiling is null ? TextBuffer.MaxBytes
        : (int)Math.Clamp((long)Input.MaxRows * TextBuffer.MeanBytesPerValue, PredictionKey.MaxUtf8Bytes, TextBuffer.MaxBytes);
}
