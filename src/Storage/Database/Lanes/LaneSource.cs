namespace BatchEngine.Storage.Database.Lanes;

/// <summary>Where a scheduler's jobs come from.</summary>
/// <param name="Name">The folder on its machine: no other machine has the name, and a restart keeps it.</param>
/// <param name="Folder">The folder's path. Schedulers with the same path follow each other: what a dead one of them had is the next one's to take out.</param>
/// <param name="AliveFor">How long its scheduler counts as alive after each sign of life.</param>
public sealed record LaneSource(string Name, string Folder, TimeSpan AliveFor);
