namespace BatchEngine.Host.Configuration.Texts;

/// <summary>How the values of an enum are written in a file: RunLatest is "runLatest".</summary>
internal static class ChoiceText
{
    /// <summary>The word for a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
