using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Small valid values, changed per test with <c>with</c>.</summary>
internal static class Samples
{
    /// <summary>Far ahead of the machine's own clock, which stamps the files: so every blob of a test is old enough to be swept.</summary>
    public static readonly DateTimeOffset Night = new(2126, 11, 23, 2, 0, 0, TimeSpan.Zero);

    public static readonly RunId Run = new("churn", Night);

    public static ScoringJob Job(string name = "churn") => new(
        name, ["in/*.parquet"], "id", [], new ModelReference.ByNumber("churn", 1), null, "out/{run}", 0, WorkerMode.InProcess, 4, 8,
        RejectBudget.Default, DuplicateKeyPolicy.Fail, DriftRule.Default, ServingContract.Default(name),
        new Schedule("0 0 2 * * ?", "UTC", MisfirePolicy.RunLatest, OverlapPolicy.Queue), null, null, "tests");

    public static InputManifest Manifest(params long[][] rowGroupRows) => new(
        [.. rowGroupRows.Select((rows, i) =>
            new InputFile($"in/{i:0000}.parquet", rows.Sum() * 8, $"tag{i}", [.. rows.Select(r => new RowGroupSize(r, r * 8))]))],
        [new InputColumn("id", ColumnKind.Integer, false, "INT64"), new InputColumn("x", ColumnKind.Float, true, "FLOAT")]);

    public static PreparedInputs Prepared(InputManifest manifest, double? rowsPerSecond = null) => new(
        manifest, new ModelVersion("churn", 1, Digest.Of("model")), "models/churn-1.onnx", FeatureSpec.AsIs(["x"]),
        new Dictionary<string, BinEdges> { ["x"] = new("x", [0.5f], []), ["a"] = new("a", [], ["p", "q"]) },
        [OutputColumn.Number("score")], KeyKind.Int64)
    {
        RowsPerSecond = rowsPerSecond is { } speed ? Measured<double>.Of(speed) : Measured<double>.NotMeasured("first run"),
    };

    public static CapacityOffer Local(int maxWorkers = 2, decimal? perHour = null) => new(
        Offering.Local, maxWorkers, perHour is { } rate ? Measured<Money>.Of(Money.Usd(rate)) : Measured<Money>.NotMeasured("no price"));

    public static PlanRequest Request(InputManifest manifest) => new(Run, Job(), Prepared(manifest), [Local()], Night.AddMinutes(1), null);

    public static RunPlan Plan(PlanRequest request) =>
        RunPlanner.Plan(request) is PlanOutcome.Planned planned ? planned.Plan : throw new InvalidOperationException("The sample was refused.");
}
