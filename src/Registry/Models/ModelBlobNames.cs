using System.Globalization;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Registry.Models;

/// <summary>The names of a model's blobs. A model with weight files has a folder of its own, in which they lie as it names them. Pure.</summary>
/// <param name="Identity">The model's identity.</param>
/// <param name="HasWeights">Whether it names other files.</param>
internal readonly record struct ModelBlobNames(Digest Identity, bool HasWeights)
{
    /// <summary>The model's file.</summary>
    public string Model => HasWeights ? $"models/{Identity.Hex}/{Identity.Hex}.onnx" : $"models/{Identity.Hex}.onnx";

    /// <summary>A weight file: what names of blobs do not allow is written as '=' and four hexadecimal digits.</summary>
    public string Weights(string location)
    {
        var name = new StringBuilder("models/").Append(Identity.Hex).Append('/');
        for (var i = 0; i < location.Length; i++)
        {
            var isFirst = i == 0 || location[i - 1] == '/';
            if (char.IsAsciiLetterOrDigit(location[i]) || location[i] is '/' or '-' or '_' or '+' || (location[i] == '.' && !isFirst))
                name.Append(location[i]);
            else
                name.Append(CultureInfo.InvariantCulture, $"={(int)location[i]:x4}");
        }
        return name.ToString();
    }

    /// <summary>Whether a weight file's blob has the very name that the model gives it.</summary>
    public bool IsPlain(string location) => Weights(location).EndsWith($"{Identity.Hex}/{location}", StringComparison.Ordinal);
}
