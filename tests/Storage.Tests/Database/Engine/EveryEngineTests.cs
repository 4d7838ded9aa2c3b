namespace BatchEngine.Storage.Tests.Database.Engine;

/// <summary>No contract of a store is kept on one engine only.</summary>
public sealed class EveryEngineTests
{
    [Fact]
    public void Contracts_OfStores_RunOnEveryEngine()
    {
        var types = typeof(StateContract).Assembly.GetTypes();
        var contracts = types.Where(t => t.IsAbstract && t.Name.EndsWith("Contract", StringComparison.Ordinal)
            && t.Namespace!.StartsWith("BatchEngine.Storage.Tests.Database", StringComparison.Ordinal)
            && t.GetMethods().Any(m => m.DeclaringType == t && m.IsDefined(typeof(FactAttribute), inherit: true))).ToList();
        Assert.NotEmpty(contracts);
        var missing = from contract in contracts
                      from engine in new[] { "Sqlite", "Postgres" }
                      let name = $"{engine}{contract.Name.Replace("Contract", "Tests", StringComparison.Ordinal)}"
                      where !types.Any(t => t.Name == name && t.IsSubclassOf(contract))
                      select name;
        Assert.Empty(missing);
    }
}
