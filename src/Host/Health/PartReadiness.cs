namespace BatchEngine.Host.Health;

/// <summary>Whether a part of the process can do its work, and what is wrong.</summary>
/// <param name="CanWork">Whether it can; problems alone leave the process ready.</param>
/// <param name="Problems">One sentence for each, for anybody to read; empty when all is well.</param>
internal sealed record PartReadiness(bool CanWork, IReadOnlyList<string> Problems)
{
    /// <summary>It works, in spite of the problems.</summary>
    public static PartReadiness Works(params IEnumerable<string> problems) => new(true, [.. problems]);

    /// <summary>The names that this part answers for, as the page shows them; default none.</summary>
    public IReadOnlyList<object> Names { get; init; } = [];
}
