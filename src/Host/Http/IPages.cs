namespace BatchEngine.Host.Http;

/// <summary>The pages of one role.</summary>
internal interface IPages
{
    /// <summary>Each with its methods, for people: "GET /runs/RUN".</summary>
    IReadOnlyList<string> Existing { get; }

    /// <summary>Adds them.</summary>
    void Map(IEndpointRouteBuilder app);
}
