namespace BatchEngine.Host.Tests.Serving;

/// <summary>Tests that look at the memory of the whole process: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "measured";
}
