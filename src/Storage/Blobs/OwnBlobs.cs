using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>The names that this program gives to blobs. Whatever else lies in the folder is somebody else's and is never removed.</summary>
internal static class OwnBlobs
{
    private const int DigestCharacters = 64;

    /// <summary>Whether the name is "runs/RUN/...", "models/DIGEST..." or the doctor's probe.</summary>
    public static bool IsOne(string name) => name.Split('/') switch
    {
        ["runs", var run, _, ..] => IsRun(run),
        ["models", var model, ..] => IsDigest(model),
        ["doctor", "probe"] => true,
        _ => false,
    };

    private static bool IsRun(string text)
    {
        try
        {
            RunId.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsDigest(string text) => text.Length >= DigestCharacters && text.Take(DigestCharacters).All(char.IsAsciiHexDigitLower)
        && (text.Length == DigestCharacters || text[DigestCharacters] is '.' or '-');
}
