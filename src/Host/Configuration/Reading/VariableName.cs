namespace BatchEngine.Host.Configuration.Reading;

/// <summary>The environment variable of a key: requests.maxRequestBytes is BATCHENGINE_REQUESTS_MAX_REQUEST_BYTES.</summary>
internal static class VariableName
{
    /// <summary>What every variable's name starts with.</summary>
    public const string Prefix = "BATCHENGINE_";

    /// <summary>The name of the variable that overrides a key.</summary>
    public static string Of(string key) =>
        Prefix + string.Concat(key.Select(c => c == '.' ? "_" : char.IsAsciiLetterUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
