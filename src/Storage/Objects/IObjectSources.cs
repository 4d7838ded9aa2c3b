namespace BatchEngine.Storage.Objects;

/// <summary>Finds the store behind a URI. Thread-safe.</summary>
public interface IObjectSources
{
    /// <summary>The bucket or container of the URI; the same for all of its URIs.</summary>
    /// <exception cref="Domain.BadInputException">There is no store of that kind here.</exception>
    IObjectSource Of(ObjectUri uri);
}
