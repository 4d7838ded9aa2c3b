namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Migrations are numbered from 1 without gaps or twins: two branches that take the same number each apply theirs, and no database opens.</summary>
public sealed class MigrationNumbersTests
{
    [Fact]
    public void Migrations_AreNumberedWithoutGapsOrTwins() => Assert.Empty(Violations(Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src", "Storage", "Database", "Migrations"), "*.sql").Select(f => Path.GetFileName(f)!)));

    [Theory]
    [InlineData("0001-a.sql,0002-b.sql,0002-c.sql", "0002-c.sql, expected the number 3")]
    [InlineData("0001-a.sql,0003-b.sql", "0003-b.sql, expected the number 2")]
    public void Migrations_PlantedNumber_IsFound(string files, string said) => Assert.Contains(said, Violations(files.Split(',')));

    private static List<string> Violations(IEnumerable<string> files) =>
        [.. files.Order(StringComparer.Ordinal).Select((file, index) => (file, number: index + 1))
            .Where(f => !f.file.StartsWith($"{f.number:0000}-", StringComparison.Ordinal)).Select(f => $"{f.file}, expected the number {f.number}")];
}
