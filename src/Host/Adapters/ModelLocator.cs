using BatchEngine.Domain;
using BatchEngine.Registry.Models;

namespace BatchEngine.Host.Adapters;

/// <summary>Finds the verified file of a planned model on this machine. Thread-safe.</summary>
internal sealed class ModelLocator(ModelRegistry registry)
{
    /// <summary>The local path; the content has the planned digest.</summary>
    /// <param name="model">The planned model.</param>
    /// <param name="artifact">The path of a file that was never registered.</param>
    /// <param name="ct">Stops the copy.</param>
    /// <exception cref="BadInputException">The file is gone or has other content than when it was planned.</exception>
    public async Task<string> PathOfAsync(ModelVersion model, string artifact, CancellationToken ct)
    {
        var reference = model.Number > 0 ? (ModelReference)new ModelReference.ByNumber(model.Name, model.Number) : new ModelReference.ByFile(artifact);
        var resolved = await registry.ResolveAsync(reference, ct).ConfigureAwait(false);
        return resolved.Version.Digest == model.Digest
            ? resolved.LocalPath
            : throw new BadInputException(artifact, $"a model with digest {resolved.Version.Digest.Short}", $"the planned model {model.Digest.Short}",
                "The file changed after the run was planned: put the old file back, or start a new run.");
    }
}
