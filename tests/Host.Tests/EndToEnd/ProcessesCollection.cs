namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Tests that start processes: one after the other, over one stage.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessesCollection : ICollectionFixture<KillStage>
{
    public const string Name = "Processes";
}
