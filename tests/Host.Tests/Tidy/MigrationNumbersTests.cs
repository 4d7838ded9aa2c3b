namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Two changes that were made side by side must not bring two migrations of one number: the second would never be applied.</summary>
public sealed class MigrationNumbersTests
{
    [Fact]
    public void Migrations_AreNumberedOneByOne()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Storage/Database/Migrations"), "*.sql").Select(Path.GetFileName)
            .OfType<string>().Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        for (var i = 0; i < files.Count; i++)
            Assert.True(files[i].StartsWith($"{i + 1:0000}-", StringComparison.Ordinal), $"{files[i]} should have the number {i + 1:0000}: the next free one");
    }
}
