using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>A number that strictly increases with every lease of a shard; a write under an older one is refused.</summary>
/// <param name="Value">1 for the first lease.</param>
public readonly record struct FenceToken(long Value)
{
    /// <summary>The number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
