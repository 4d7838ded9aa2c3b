using BatchEngine.Storage.Database.Models;


namespace BatchEngine.Registry.Models;

/// <summary>Everything that is known of one model name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Versions">Its versions by number.</param>
/// <param name="AliasHistory">Every move of its aliases, oldest first.</param>
public sealed record ModelCard(string Name, IReadOnlyList<RegisteredModel> Versions, IReadOnlyList<AliasMove> AliasHistory);
