namespace BatchEngine.Router.Lookup;

/// <summary>Something that could not be read or opened.</summary>
/// <param name="Text">A sentence with names alone, for anybody.</param>
/// <param name="Detail">The same with paths and causes, for operators.</param>
public sealed record CatalogProblem(string Text, string Detail);
