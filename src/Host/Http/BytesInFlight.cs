namespace BatchEngine.Host.Http;

/// <summary>What the bodies and answers of all requests may hold of memory together. Thread-safe.</summary>
/// <param name="most">The bound in bytes.</param>
internal sealed class BytesInFlight(long most)
{
    private long _taken;

    /// <summary>Takes bytes of the bound; what is taken is given back by <see cref="Give"/>.</summary>
    /// <exception cref="RequestProblemException">It is used up: 503.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most)
            return;
        Interlocked.Add(ref _taken, -bytes);
        throw new RequestProblemException(StatusCodes.Status503ServiceUnavailable,
            "The requests that are under way hold all the memory that requests may hold; try again in a second.")
        { EndsConnection = true };
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
