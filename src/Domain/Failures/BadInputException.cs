namespace BatchEngine.Domain;

/// <summary>Something a person wrote or pointed at cannot be used: a file, a column, a configuration key, a model. Retrying does not help.</summary>
public sealed class BadInputException : BatchEngineException
{
    /// <summary>Creates the failure from its four facts.</summary>
    /// <param name="place">Where it is: a path, a file with row group and column, or a configuration key with its line.</param>
    /// <param name="seen">The value that was found.</param>
    /// <param name="expected">What would have been accepted.</param>
    /// <param name="remedy">What the person can do now.</param>
    /// <param name="inner">The failure beneath, when there is one.</param>
    public BadInputException(string place, string seen, string expected, string remedy, Exception? inner = null)
        : base($"{place}: found {seen}; expected {expected}. {remedy}", isTransient: false, inner)
    {
        Place = place;
        Seen = seen;
        Expected = expected;
        Remedy = remedy;
    }

    /// <summary>Whether the contents of a file are at fault, and not what a person typed or configured: the same command is right with a sound file.</summary>
    public bool IsFaultOfData { get; init; }

    /// <summary>Where the value is.</summary>
    public string Place { get; }

    /// <summary>The value that was found.</summary>
    public string Seen { get; }

    /// <summary>What would have been accepted.</summary>
    public string Expected { get; }

    /// <summary>What the person can do now.</summary>
    public string Remedy { get; }
}
