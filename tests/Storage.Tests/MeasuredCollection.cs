namespace BatchEngine.Storage.Tests;

/// <summary>Tests that measure what the whole process holds: nothing else of the project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "Measured";
}
