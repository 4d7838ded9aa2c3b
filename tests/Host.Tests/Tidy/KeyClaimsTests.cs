namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Messages and documents name keys that exist; each check is also shown a planted key that does not.</summary>
public sealed class KeyClaimsTests
{
    [Fact]
    public void Messages_NameKeysThatExist() => Clean(KeyClaims.SourceViolations(WorkingTree.Sources));

    [Theory]
    [InlineData("class A { string s = \"set state.database to another place\"; }", "state.database")]
    [InlineData("class A { string S(int x) => $\"{x}: Point storage.blobs at a folder.\"; }", "storage.blobs")]
    [InlineData("class A { string s = \"scheduler.leases\"; }", "scheduler.leases")]
    [InlineData("class A { string S(int x) => $\"job {x}, workers.mode\"; }", "workers.mode")]
    [InlineData("class A { string s = \"raise quality.reject.maxRows\"; }", "quality.reject.maxRows")]
    public void Messages_PlantedKey_IsFound(string text, string key) =>
        Assert.Contains($"src/A.cs:1 names {key}", Assert.Single(KeyClaims.SourceViolations([new("src/A.cs", text)])), StringComparison.Ordinal);

    [Fact]
    public void Messages_WithAKeyAFileOrSql_AreClean() => Clean(KeyClaims.SourceViolations(
    [
        new("src/A.cs", """
            class A { string a = "memory.limit", b = "see config/features.yaml", c = "SELECT s.id FROM shards s", d = "live.maxRequestBytes"; }
            """),
    ]));

    [Fact]
    public void Documents_NameKeysThatExist() => Clean(KeyClaims.DocumentViolations(WorkingTree.Documents));

    [Fact]
    public void Documents_PlantedKey_IsFound() =>
        Assert.Contains("memory.ceiling", Assert.Single(KeyClaims.DocumentViolations([new("docs/a.md", "Set `memory.ceiling`.")])), StringComparison.Ordinal);

    private static void Clean(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, $"{found.Count} violations:\n{string.Join('\n', found)}");
    }
}
