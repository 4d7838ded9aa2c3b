using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Scheduler.Tests.Planning;

public sealed class RunReuseTests
{
    private static readonly InputFile[] Files = [.. Samples.Manifest([10], [10], [10], [10]).Files];

    [Fact]
    public void Plan_WithoutABase_ScoresEveryRowAndSaysWhy()
    {
        var plan = Samples.Plan(Request(Files) with { Base = new BaseAnswer.None("nothing is served as 'churn' yet") });

        Assert.Null(plan.Reuse.Base);
        Assert.Equal("nothing is served as 'churn' yet", plan.Reuse.Reason);
        Assert.Equal(40, plan.RowsToRead);
    }

    [Fact]
    public void Plan_OverTheSameFiles_CarriesEveryShardAndKeepsTheSegments()
    {
        var plan = Samples.Plan(Request(Files));

        Assert.Equal(Samples.Run, plan.Reuse.Base);
        Assert.Equal(Samples.Run, plan.Reuse.FullRun);
        Assert.Equal(plan.Shards.Select(s => s.Index), plan.Reuse.Carried.Select(c => c.Index));
        Assert.True(plan.Reuse.KeepsSegments);
        Assert.Equal(0, plan.RowsToRead);
        Assert.Equal(StoredJson.Write(plan), StoredJson.Write(Samples.Plan(Request(Files))));
    }

    [Fact]
    public void Plan_OneFileChanged_ReadsOnlyItsShard()
    {
        var plan = Samples.Plan(Request([Files[0], Files[1] with { ContentTag = "other" }, Files[2], Files[3]]));

        Assert.Equal([0, 2, 3], plan.Reuse.Carried.Select(c => c.Index));
        Assert.Equal([new RowGroupRange(1, 0, 1)], Assert.Single(plan.Shards, s => plan.Reuse.CarriedAs(s.Index) is null).Ranges);
        Assert.False(plan.Reuse.KeepsSegments);
        RequireCover(plan);
    }

    [Fact]
    public void Plan_AFileAddedInFront_CarriesTheOthersWithTheirRowNumbersShifted()
    {
        var added = Files[0] with { Path = "in/-new.parquet", RowGroups = [new RowGroupSize(7, 1)] };
        var plan = Samples.Plan(Request([added, .. Files]));

        Assert.Equal([(1, 0), (2, 1), (3, 2), (4, 3)], plan.Reuse.Carried.Select(c => (c.Index, c.BaseIndex)));
        Assert.All(plan.Reuse.Carried, c => Assert.Equal(7, c.RowNumberShift));
        Assert.Equal(7, plan.RowsToRead);
        RequireCover(plan);
    }

    [Fact]
    public void Plan_AFileTakenAway_CarriesTheOthersAndSealsAgain()
    {
        var plan = Samples.Plan(Request([Files[0], Files[2], Files[3]]));

        Assert.Equal([(0, 0, 0L), (1, 2, -10L), (2, 3, -10L)], plan.Reuse.Carried.Select(c => (c.Index, c.BaseIndex, c.RowNumberShift)));
        Assert.False(plan.Reuse.KeepsSegments);
        Assert.Equal(0, plan.RowsToRead);
        RequireCover(plan);
    }

    [Fact]
    public void Plan_AFileAddedBetweenTheFilesOfOneShard_ReadsThatShardAgain()
    {
        var before = Base(Files, aim: 2);
        var added = Files[0] with { Path = "in/0000b.parquet", RowGroups = [new RowGroupSize(3, 1)] };
        var plan = Samples.Plan(Request([Files[0], added, .. Files[1..]], before));

        Assert.Equal([(1, 3L)], plan.Reuse.Carried.Select(c => (c.BaseIndex, c.RowNumberShift)));
        Assert.Equal(23, plan.RowsToRead);
        RequireCover(plan);
    }

    [Theory]
    [InlineData(1_500, true)]
    [InlineData(20, false)]
    [InlineData(null, false)]
    public void Plan_ComparesRows_OnlyForAModelThatCostsMoreThanALookUp(int? nanoseconds, bool compares)
    {
        var cost = nanoseconds is { } measured ? Measured<double>.Of(measured) : Measured<double>.NotMeasured("no rows");
        var plan = Samples.Plan(Request(Files) with { ModelNanoseconds = cost });

        Assert.Equal(compares, plan.Reuse.ComparesRows);
        Assert.Contains(nanoseconds is null ? "no rows" : $"{nanoseconds} ns a row", plan.Reuse.RowsReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_AfterAChangeThatAltersPredictions_HasNoBaseAndNamesTheChange()
    {
        var request = Request(Files);
        (string Word, PlanRequest Changed)[] cases =
        [
            ("another model", request with { Prepared = request.Prepared with { Model = new ModelVersion("churn", 2, Digest.Of("other")) } }),
            ("features", request with { Prepared = request.Prepared with { Features = FeatureSpec.AsIs(["y"]) } }),
            ("computed by", request with { Prepared = request.Prepared with { Arithmetic = "onnx-cpu" } }),
            ("keys", request with { Prepared = request.Prepared with { KeyKind = KeyKind.Utf8 } }),
            ("outputs", request with { Prepared = request.Prepared with { Outputs = [OutputColumn.Number("a")] } }),
            ("full run", request with { Job = request.Job with { ReusesUnchanged = false } }),
        ];
        Assert.All(cases, c =>
        {
            var plan = Samples.Plan(c.Changed);
            Assert.Null(plan.Reuse.Base);
            Assert.Contains(c.Word, plan.Reuse.Reason, StringComparison.Ordinal);
            Assert.Equal(40, plan.RowsToRead);
        });
    }

    [Fact]
    public void Plan_AfterAChangeOfTheOutputFilesOnly_ReadsEveryFileAndStillComparesRows()
    {
        var request = Request(Files);
        PlanRequest[] cases =
        [
            request with { Job = request.Job with { CarriedColumns = ["x"] } },
            request with { Job = request.Job with { KeyColumn = "x" } },
            request with { Prepared = request.Prepared with { Model = request.Prepared.Model with { Number = 2 } } },
            request with { Prepared = request.Prepared with { Manifest = request.Prepared.Manifest with { Columns = [.. request.Prepared.Manifest.Columns
                .Select(c => c with { Stored = new StoredType(StoredForm.Int64, ValueMeaning.Timestamp, Fraction: FractionDigits.Micros) })] } } },
            request with { Prepared = request.Prepared with { Manifest = request.Prepared.Manifest with { Columns = [.. request.Prepared.Manifest.Columns
                .Select(c => c.Name == "id" ? c : c with { Kind = ColumnKind.Text })] } } },
            request with { Prepared = request.Prepared with { ProfileEdges = new Dictionary<string, BinEdges> { ["x"] = new("x", [0.75f], []) } } },
        ];
        Assert.All(cases, c =>
        {
            var plan = Samples.Plan(c);
            Assert.Equal((true, 40L), (plan.Reuse.ComparesRows, plan.RowsToRead));
            Assert.Contains("no file is carried over whole", plan.Reuse.Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Plan_OfAModelThatOnlyAppendsTrees_GoesOnFromTheBasesSums()
    {
        var plan = Samples.Plan(Grown());

        Assert.Equal((Samples.Run, true, 40L, 0), (plan.Reuse.Base, plan.Reuse.ComparesRows, plan.RowsToRead, plan.Reuse.Carried.Count));
        Assert.Equal(new GrownModel(Samples.Prepared(Samples.Manifest([1])).Model, 300, 400, Digest.Of("common")), plan.Reuse.Grown);
        Assert.Equal("the snapshot that is served, of churn:1, to which this model only appends trees: of unchanged rows 100 of 400 are scored",
            plan.Reuse.Reason);
        Assert.Equal("rows are looked up: the first 300 of 400 trees cost 1125 ns a row, and looking up pays from 120 ns", plan.Reuse.RowsReason);
        Assert.Equal(StoredJson.Write(plan), StoredJson.Write(StoredJson.Read<RunPlan>(StoredJson.Write(plan), "test")));
    }

    [Fact]
    public void Plan_OfAModelThatAppendsTreesToSumsNobodyKnows_ScoresEveryRowAndSaysWhy()
    {
        var request = Grown();
        var keeping = ((BaseAnswer.Found)request.Base).Run;
        (string Word, PlanRequest Changed)[] cases =
        [
            ("its first 300 trees are not the earlier one's",
                request with { Growth = new ModelGrowth.Another("its first 300 trees are not the earlier one's") }),
            ("the sums of the first ones were not kept (keepSums: true in the job keeps them)",
                request with { Prepared = request.Prepared with { SumsAreOutputs = false } }),
            ("its snapshot keeps 0 sums a row, this one 2", request with { Prepared = request.Prepared with { KeptSums = 2 } }),
            ("its snapshot keeps 3 sums a row, this one 0",
                request with { Base = new BaseAnswer.Found(keeping with { Plan = keeping.Plan with { KeptSums = 3 } }) }),
            ("the first 300 of 400 trees cost 90 ns a row", request with { ModelNanoseconds = Measured<double>.Of(120) }),
        ];
        Assert.All(cases, c =>
        {
            var plan = Samples.Plan(c.Changed);
            Assert.Equal((null, null, false, 40L), (plan.Reuse.Base, plan.Reuse.Grown, plan.Reuse.ComparesRows, plan.RowsToRead));
            Assert.Contains(c.Word, plan.Reuse.Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Plan_OfAModelThatAppendsTreesToKeptSums_KeepsThemToo()
    {
        var request = Grown();
        var before = ((BaseAnswer.Found)request.Base).Run;
        var plan = Samples.Plan(request with
        {
            Prepared = request.Prepared with { SumsAreOutputs = false, KeptSums = 2 },
            Base = new BaseAnswer.Found(before with { Plan = before.Plan with { KeptSums = 2 } }),
        });

        Assert.NotNull(plan.Reuse.Grown);
        Assert.Equal(2, plan.KeptSums);
    }

    private static PlanRequest Grown()
    {
        var request = Request(Files);
        return request with
        {
            Prepared = request.Prepared with { Model = new ModelVersion("churn", 2, Digest.Of("more trees")), SumsAreOutputs = true },
            Growth = new ModelGrowth.Grown(300, 400, Digest.Of("common")),
        };
    }

    private static PlanRequest Request(InputFile[] files, BaseRun? before = null)
    {
        var manifest = new InputManifest(files, Samples.Manifest([1]).Columns);
        return new PlanRequest(new RunId("churn", Samples.Night.AddDays(1)), Samples.Job() with { Workers = 1 },
            Samples.Prepared(manifest) with { Arithmetic = "fake" }, [Samples.Local()], Samples.Night.AddDays(1), null)
        {
            Base = new BaseAnswer.Found(before ?? Base(Files, aim: 4)),
            ModelNanoseconds = Measured<double>.Of(1_500),
        };
    }

    private static BaseRun Base(InputFile[] files, int aim)
    {
        var manifest = new InputManifest(files, Samples.Manifest([1]).Columns);
        var plan = Samples.Plan(new PlanRequest(Samples.Run, Samples.Job(), Samples.Prepared(manifest) with { Arithmetic = "fake" }, [Samples.Local()],
            Samples.Night, null)) with
        { Shards = ShardCuts.Cut(manifest, aim) };
        return new BaseRun(1, plan,
            [.. plan.Shards.Select(s =>
            new ShardReceipt(plan.Run, s.Index, new FenceToken(1), new Checkpoint(1, new RowCounts(s.Rows, s.Rows, 0, 0), [], [])))]);
    }

    private static void RequireCover(RunPlan plan)
    {
        Assert.Equal(Enumerable.Range(0, plan.Shards.Count), plan.Shards.Select(s => s.Index));
        var groups = plan.Shards.SelectMany(s => s.Ranges)
            .SelectMany(r => Enumerable.Range(r.FromRowGroup, r.ToRowGroupExclusive - r.FromRowGroup).Select(g => (r.FileIndex, g))).ToList();
        Assert.Equal(plan.Manifest.Files.SelectMany((f, i) => f.RowGroups.Select((_, g) => (i, g))), groups.Order());
        Assert.Equal(plan.Manifest.Rows, plan.Shards.Sum(s => s.Rows));
    }
}
