using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Sample;
using BatchEngine.Scorer.Inputs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Sample;

public sealed class CustomerGeneratorTests
{
    private readonly CustomerGenerator _generator = new(SampleRequest.DefaultSeed, 100_000, SampleRequest.DefaultFirstDay);

    [Fact]
    public void FirstRows_AreThoseThatTheTrainingScriptWrote()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "samples/customers/first-rows.csv"));
        Assert.Equal(201, lines.Length);
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',');
            var row = _generator.Row(long.Parse(cells[0], CultureInfo.InvariantCulture), 0);
            Assert.Equal(cells, Cells(row, cells[0]));
        }
    }

    [Fact]
    public void SecondDay_ChangesAboutFifteenPercent_AndDriftsOnlyThose()
    {
        var ids = Enumerable.Range(1, 20_000).Select(i => (long)i).Where(i => _generator.Exists(i, 1)).ToList();
        var changed = ids.Where(i => _generator.VersionOn(i, 1) == 1).ToHashSet();
        Assert.InRange((double)changed.Count / ids.Count, 0.14, 0.16);
        foreach (var id in ids)
        {
            var (before, after) = (_generator.Row(id, 0), _generator.Row(id, 1));
            if (!changed.Contains(id))
                Assert.Equal(before with { CustomerId = null, Revenue90Days = 0 }, after with { CustomerId = null, Revenue90Days = 0 });
            else
                Assert.InRange(after.DiscountShare, 0.55f, 0.95f);
        }
    }

    [Fact]
    public void SecondDay_HasNewAndDeletedCustomers()
    {
        Assert.Equal(100_500, _generator.LastId(1));
        Assert.False(_generator.Exists(100_001, 0));
        Assert.True(_generator.Exists(100_001, 1));
        var deleted = Enumerable.Range(1, 100_000).Count(i => !_generator.Exists(i, 1));
        Assert.InRange(deleted, 300, 500);
    }

    [Fact]
    public async Task Files_OfTwoDays_CanBeReadAndAddUp()
    {
        using var folder = new TemporaryFolder();
        var days = await CustomerFiles.WriteAsync(new SampleRequest(folder.Path, 5_000, 2, 7, SampleRequest.DefaultFirstDay), null,
            TestContext.Current.CancellationToken);
        Assert.Equal([5_000, 5_000 + days[1].New - days[1].Deleted], days.Select(d => d.Rows));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp", SearchOption.AllDirectories));
        foreach (var day in days)
        {
            using var reader = InputFileReader.Open(Assert.Single(day.Files));
            Assert.Equal(CustomerFiles.Columns.Select(c => c.Name), reader.Columns.Select(c => c.Name));
            Assert.DoesNotContain(reader.Columns, c => c.Kind == ColumnKind.Unsupported);
            using var group = reader.OpenRowGroup(0, [reader.Columns[0].Name]);
            Assert.Equal(day.Rows, group.Rows);
        }
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(1_000, 0)]
    public async Task Rejects_RequestsOutOfLimits(long rows, int days) =>
        await Assert.ThrowsAsync<BadInputException>(() =>
            CustomerFiles.WriteAsync(new SampleRequest("unused", rows, days, 7, SampleRequest.DefaultFirstDay), null, TestContext.Current.CancellationToken));

    private static string[] Cells(CustomerRow row, string id) =>
    [
        id, row.SignupDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Float(row.LastOrderAt?.ToUnixTimeSeconds()), row.Country, row.Plan,
            Float(row.Age),
        Whole(row.Orders90Days), Float(row.Revenue90Days), Float(row.AverageBasket), Whole(row.SupportTickets), Float(row.DiscountShare), row.IsBusiness ? "1"
            : "0",
        Float((double)row.Balance), row.EmailDomain, Whole(row.Visits30Days),
    ];

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Float(double? value) => value is not { } number ? "" : number == Math.Floor(number)
        ? number.ToString("F1", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture);
}
