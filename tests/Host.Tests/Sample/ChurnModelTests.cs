using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Sample;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Realtime;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Sample;

/// <summary>The shipped model, its features file and the generator agree with the script that trained it.</summary>
public sealed class ChurnModelTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "samples/customers");

    [Fact]
    public void LiveScores_OfTheFirstRows_AreTheTrainersOwn()
    {
        var generator = new CustomerGenerator(SampleRequest.DefaultSeed, 100_000, SampleRequest.DefaultFirstDay);
        using var model = new RealtimeScoring(Path.Combine(Folder, "churn.onnx"), FeaturesFile.Load(Path.Combine(Folder, "features.yaml")),
            [.. CustomerFiles.Columns.Select(c => new InputColumn(c.Name, c.Kind, c.IsNullable, c.Kind.ToString()))]);
        Assert.Equal(["churn", "churn_probability_0", "churn_probability_1"], model.Outputs.Select(o => o.Name));
        var lines = File.ReadAllLines(Path.Combine(Folder, "expected.csv"));
        Assert.Equal(201, lines.Length);
        foreach (var cells in lines.Skip(1).Select(l => l.Split(',')))
        {
            var expected = float.Parse(cells[1], CultureInfo.InvariantCulture);
            var prediction = model.Score(FeaturesOf(generator.Row(long.Parse(cells[0], CultureInfo.InvariantCulture), 0)));
            Assert.True(Math.Abs(prediction.Outputs[2] - expected) <= 1e-6 + (1e-5 * expected),
                $"customer {cells[0]}: {prediction.Outputs[2]}, expected {expected}");
            Assert.Equal(expected > 0.5f ? 1f : 0f, prediction.Outputs[0]);
            Assert.Equal(Math.Max(prediction.Outputs[1], prediction.Outputs[2]), prediction.Confidence.Value);
        }
    }

    [Fact]
    public async Task BatchScores_OfTheSampleFiles_RejectThePlantedRowsOnly()
    {
        using var folder = new TemporaryFolder();
        var day = Assert.Single(await CustomerFiles.WriteAsync(
            new SampleRequest(folder["in"], 200_000, 1, 7, SampleRequest.DefaultFirstDay), null,
                TestContext.Current.CancellationToken));
        Assert.InRange(day.BadRows, 2, 30);
        var options = new OneShotOptions(Path.Combine(Folder, "churn.onnx"), [Path.Combine(day.Directory, "*.parquet")],
            folder["out"])
        {
            KeyColumn = "customer_id",
            Features = FeaturesFile.Load(Path.Combine(Folder, "features.yaml")),
            CarriedColumns = ["country", "balance", "signup_date", "last_order_at"],
        };
        var result = await OneShotScoring.RunAsync(options, null, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(new RowCounts(200_000, 200_000 - day.BadRows, 0, day.BadRows), result.Counts);
    }

    /// <summary>The features by column name, as an application sends them; a missing value is null.</summary>
    private static Dictionary<string, object?> FeaturesOf(CustomerRow row) => new(StringComparer.Ordinal)
    {
        ["signup_date"] = row.SignupDate,
        ["last_order_at"] = row.LastOrderAt,
        ["country"] = row.Country,
        ["plan"] = row.Plan,
        ["age"] = row.Age,
        ["orders_90d"] = row.Orders90Days,
        ["revenue_90d"] = row.Revenue90Days,
        ["avg_basket"] = row.AverageBasket,
        ["support_tickets"] = row.SupportTickets,
        ["discount_share"] = row.DiscountShare,
        ["is_business"] = row.IsBusiness,
        ["balance"] = row.Balance,
        ["email_domain"] = row.EmailDomain,
        ["visits_30d"] = row.Visits30Days,
    };
}
