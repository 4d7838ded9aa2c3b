namespace BatchEngine.Domain;

/// <summary>One immutable model: equal digests are the same model.</summary>
/// <param name="Name">The model's name: letters, digits, '.', '-' and '_'.</param>
/// <param name="Number">The version, counted from 1. 0 means a file that was never registered.</param>
/// <param name="Digest">Over the model's file and the weight files that it names: <see cref="ModelIdentity"/>.</param>
public sealed record ModelVersion(string Name, int Number, Digest Digest)
{
    /// <summary>"name:number", or "name@digest" for a file that was never registered.</summary>
    public override string ToString() => Number > 0 ? $"{Name}:{Number}" : $"{Name}@{Digest.Short}";
}
