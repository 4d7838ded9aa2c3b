namespace BatchEngine.Scorer.Execution;

/// <summary>What a model takes in one feature. A row with anything else is rejected: nothing is clamped, rounded to a truth or made up.</summary>
/// <param name="Missing">Whether it can be missing.</param>
/// <param name="Least">The least value.</param>
/// <param name="Most">The greatest value.</param>
public sealed record AcceptedValues(bool Missing, long Least, long Most)
{
    /// <summary>Every number, present or missing.</summary>
    public static AcceptedValues Any { get; } = new(true, long.MinValue, long.MaxValue);

    /// <summary>Whether only whole numbers are taken though the feature is kept as a float: true and false are 1 and 0.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether some numbers are not taken.</summary>
    public bool IsBounded => Least != long.MinValue || Most != long.MaxValue;

    /// <summary>Whether a number is taken; missing (NaN) is not decided here.</summary>
    public bool Takes(double value) => double.IsNaN(value) || (value >= Least && value <= Most && (!IsWhole || double.IsInteger(value)));

    /// <summary>"a whole number from 0 to 1".</summary>
    public override string ToString() => FormattableString.Invariant($"{(IsWhole ? "true or false, or a whole number" : "a number")} from {Least} to {Most}");

    /// <summary>What two models over one feature both take.</summary>
    public AcceptedValues And(AcceptedValues other) =>
        new(Missing && other.Missing, Math.Max(Least, other.Least), Math.Min(Most, other.Most)) { IsWhole = IsWhole || other.IsWhole };
}
