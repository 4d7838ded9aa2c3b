namespace BatchEngine.Storage.Database.Models;

/// <summary>What became of a registration.</summary>
/// <param name="Model">The version.</param>
/// <param name="IsNew">False when a version of that name with the same digest was there already.</param>
public sealed record ModelRegistration(RegisteredModel Model, bool IsNew);
