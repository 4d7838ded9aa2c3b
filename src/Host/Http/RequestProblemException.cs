namespace BatchEngine.Host.Http;

/// <summary>A request that is answered with a status of its own, and nothing is broken.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="text">What the caller reads.</param>
internal sealed class RequestProblemException(int status, string text) : Exception(text)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The methods that are possible here, with status 405; null with any other.</summary>
    public string? Allow { get; init; }
}
