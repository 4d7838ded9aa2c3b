using System.Text.RegularExpressions;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Copying;

/// <summary>The tables of the state.</summary>
internal static partial class StateTables
{
    /// <summary>The table that the migrations fill: every counter has its row from the start.</summary>
    public const string Counters = "counters";

    /// <summary>All that the migrations make, in their order: a table comes after those that it refers to. What an engine keeps for itself is not among
    /// them.</summary>
    public static IReadOnlyList<string> InOrder { get; } =
        [.. SchemaMigration.Embedded.SelectMany(m => Created().Matches(m.Script)).Select(m => m.Groups["table"].Value)];

    [GeneratedRegex(@"^CREATE TABLE (?<table>\w+) \(", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Created();
}
