namespace BatchEngine.Host.Sample;

/// <summary>What was written for one day.</summary>
/// <param name="Date">The day.</param>
/// <param name="Directory">The folder of its files.</param>
/// <param name="Files">Full paths, sorted.</param>
/// <param name="Rows">Rows in all files.</param>
/// <param name="Changed">Customers whose values changed overnight; 0 on the first day.</param>
/// <param name="New">Customers that came on this day; 0 on the first day.</param>
/// <param name="Deleted">Customers that left overnight; 0 on the first day.</param>
/// <param name="BadRows">Planted rows without a key or with an infinite revenue.</param>
/// <param name="Bytes">The size of all files.</param>
/// <param name="PlantedDrift">What drifts on purpose; empty on the first day.</param>
public sealed record SampleDay(DateOnly Date, string Directory, IReadOnlyList<string> Files, long Rows, long Changed, long New, long Deleted, long BadRows,
    long Bytes, string PlantedDrift);
