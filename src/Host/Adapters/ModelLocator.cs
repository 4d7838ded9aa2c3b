using BatchEngine.Domain;
using BatchEngine.Registry.Models;

namespace BatchEngine.Host.Adapters;

/// <summary>Finds the verified file of a planned model on this machine. Thread-safe.</summary>
internal sealed class ModelLocator(ModelRegistry registry)
{
    /// <summary>The local path; the content has the planned digest. A file that was never registered is taken from the blob store where it is not, or is
    /// not any more, what was planned.</summary>
    /// <param name="model">The planned model.</param>
    /// <param name="artifact">The path of a file that was never registered.</param>
    /// <param name="ct">Stops the copy.</param>
    /// <exception cref="BadInputException">The file is gone or has other content than when it was planned, and its bytes were not kept.</exception>
    public async Task<string> PathOfAsync(ModelVersion model, string artifact, CancellationToken ct)
    {
        if (model.Number == 0 && !File.Exists(artifact) && await registry.FromFiles.TakeOutAsync(model.Digest, ct).ConfigureAwait(false) is { } kept)
            return kept;
        var reference = model.Number > 0 ? (ModelReference)new ModelReference.ByNumber(model.Name, model.Number) : new ModelReference.ByFile(artifact);
        var resolved = await registry.ResolveAsync(reference, ct).ConfigureAwait(false);
        if (resolved.Version.Digest == model.Digest)
            return resolved.LocalPath;
        if (model.Number == 0 && await registry.FromFiles.TakeOutAsync(model.Digest, ct).ConfigureAwait(false) is { } planned)
            return planned;
        throw new BadInputException(artifact, $"a model with digest {resolved.Version.Digest.Short}", $"the planned model {model.Digest.Short}",
            "The file changed after the run was planned: put the old file back, or start a new run.");
    }
}
