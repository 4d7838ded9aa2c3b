using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>The rule for names, so that none can leave the store or mean two things on two systems.</summary>
internal static class BlobNaming
{
    private const int MaxCharacters = 512;

    /// <summary>The name itself.</summary>
    /// <exception cref="BadInputException">It breaks the rule.</exception>
    public static string Check(string name) => IsName(name)
        ? name
        : throw new BadInputException("blob name", $"'{name}'",
            $"1 to {MaxCharacters} characters: parts of letters, digits, '.', '-', '_', '=' and '+' joined by '/', none empty or starting with '.'",
            "Use a relative name without '..'.");

    /// <summary>Whether a blob can have this name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxCharacters && name.Split('/').All(IsPart);

    private static bool IsPart(string part) =>
        part.Length > 0 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '=' or '+');
}
