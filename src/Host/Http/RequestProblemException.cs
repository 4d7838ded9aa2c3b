namespace BatchEngine.Host.Http;

/// <summary>A request that is answered with a status of its own, and nothing is broken.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="text">What the caller reads.</param>
internal sealed class RequestProblemException(int status, string text) : Exception(text)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Which item of a batch it is, counted from 0; null means that it is none of them.</summary>
    public int? Index { get; init; }

    /// <summary>The methods that are possible here, with status 405; null with any other.</summary>
    public string? Allow { get; init; }

    /// <summary>The encodings of a body that are possible, with status 415; null with any other.</summary>
    public string? AcceptEncoding { get; init; }

    /// <summary>Whether the connection ends with the answer: what is left of the request is not read.</summary>
    public bool EndsConnection { get; init; }
}
