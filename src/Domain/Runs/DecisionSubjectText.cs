namespace BatchEngine.Domain;

/// <summary>How the subject of a decision is spelled where it is stored and shown. Pure.</summary>
public static class DecisionSubjectText
{
    private static readonly string[] Texts = [.. Enum.GetValues<DecisionSubject>().Select(Spell)];

    /// <summary>"worker-lost".</summary>
    public static string Text(this DecisionSubject subject) => Texts[(int)subject];

    /// <summary>Reads what <see cref="Text"/> wrote.</summary>
    /// <exception cref="FormatException">It is no subject that this version knows.</exception>
    public static DecisionSubject Parse(string text) => Array.IndexOf(Texts, text) is >= 0 and var index
        ? (DecisionSubject)index
        : throw new FormatException($"'{text}' is no subject of a decision; those are {string.Join(", ", Texts)}.");

    // One stands in databases in another spelling.
    private static string Spell(DecisionSubject subject) => subject == DecisionSubject.KeepSums
        ? "keepSums"
        : string.Concat(subject.ToString().Select((c, index) => index > 0 && char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}"
            : char.ToLowerInvariant(c).ToString()));
}
