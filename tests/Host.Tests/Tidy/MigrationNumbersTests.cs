using System.Globalization;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Two changes that are made at once may take one number; a database would then lose one of them.</summary>
public sealed class MigrationNumbersTests
{
    [Fact]
    public void Migrations_AreNumberedFromOneWithoutGapsAndOnce()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Storage", "Database", "Migrations"), "*.sql").Select(Path.GetFileName)
            .Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        Assert.Equal(Enumerable.Range(1, files.Count), files.Select(f => int.Parse(f![..4], NumberStyles.None, CultureInfo.InvariantCulture)));
    }
}
