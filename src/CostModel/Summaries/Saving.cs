using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What another way would have cost, and what was saved by not going it.</summary>
/// <param name="Instead">The cost of the other way.</param>
/// <param name="Saved">That minus what was paid; below zero the other way would have been cheaper. Not measured when either is unknown or the currencies
/// differ.</param>
public sealed record Saving(Measured<Money> Instead, Measured<Money> Saved)
{
    /// <summary>Compares the other way with what was paid.</summary>
    public static Saving Against(Measured<Money> instead, Measured<Money> paid)
    {
        if (!instead.TryGet(out var other) || !paid.TryGet(out var spent))
            return new(instead, Measured<Money>.NotMeasured(instead.Reason ?? paid.Reason!));
        return new(instead, other.Currency == spent.Currency
            ? Measured<Money>.Of(other - spent)
            : Measured<Money>.NotMeasured($"{other.Currency} and {spent.Currency} cannot be compared without a dated rate"));
    }

    /// <summary>Nothing was saved that can be told.</summary>
    public static Saving None(string why)
    {
        var nothing = Measured<Money>.NotMeasured(why);
        return new(nothing, nothing);
    }

    /// <summary>"12.00 USD would have been spent, 11.50 USD saved (95.8 %)", or why it is not known.</summary>
    public string InWords()
    {
        if (!Instead.TryGet(out var other) || !Saved.TryGet(out var saved))
            return $"not measured ({Instead.Reason ?? Saved.Reason})";
        if (saved.Amount < 0)
            return $"{Figures.Price(other)} would have been spent, {Figures.Price(saved * -1m)} more was";
        var share = other.Amount > 0 ? $" ({Figures.Share((double)(saved.Amount / other.Amount))})" : "";
        return $"{Figures.Price(other)} would have been spent, {Figures.Price(saved)} saved{share}";
    }
}
