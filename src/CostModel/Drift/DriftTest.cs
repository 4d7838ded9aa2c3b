namespace BatchEngine.CostModel.Drift;

/// <summary>One distance against its limit, and how likely chance alone is to reach it.</summary>
internal sealed record DriftTest(string Name, double Distance, double Limit, double Chance)
{
    internal bool ReachesLimit => Distance >= Limit && Distance > 0;

    internal bool Drifted => ReachesLimit && Chance < DriftComparison.MaxChance;

    internal string Short => FormattableString.Invariant($"{Name} {Distance:0.0000} < {Limit:0.####}");

    internal string Sentence => FormattableString.Invariant($"{Name} {Distance:0.0000} ")
        + (Drifted ? FormattableString.Invariant($"reaches the limit {Limit:0.####} (p {ChanceText})")
        : ReachesLimit ? FormattableString.Invariant($"reaches the limit {Limit:0.####}, but chance alone does so with p {ChanceText}: too few rows to tell")
        : FormattableString.Invariant($"is under the limit {Limit:0.####}"));

    private string ChanceText => Chance < 1e-12 ? "< 1e-12" : FormattableString.Invariant($"= {Chance:0.###e0}");
}
