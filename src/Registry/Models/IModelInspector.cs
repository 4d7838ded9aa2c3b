using BatchEngine.Domain;

namespace BatchEngine.Registry.Models;

/// <summary>Reads what a model reads and gives from its own file. Implementations are thread-safe, change nothing, and may be asked again.</summary>
public interface IModelInspector
{
    /// <summary>The inputs and outputs of the model.</summary>
    /// <param name="path">An existing file.</param>
    /// <exception cref="BadInputException">The file is no model that can be run.</exception>
    ModelSignature Inspect(string path);
}
