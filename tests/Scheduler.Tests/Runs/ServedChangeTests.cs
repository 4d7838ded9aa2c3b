using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Tests.Runs;

public sealed class ServedChangeTests
{
    private static readonly RunPlan Plan = Samples.Plan(Samples.Request(Samples.Manifest([100]))) with
    {
        KeyKind = KeyKind.Int64,
        Outputs = [OutputColumn.Number("score"), new OutputColumn("label", ["no", "yes"])],
    };

    [Fact]
    public void SameKeysAndOutputs_AreNoChange() => Assert.Null(Between(Plan));

    [Fact]
    public void KeysOfAnotherKind_AreNamed() =>
        Assert.Equal("its keys are text, those that serve are whole numbers", Between(Plan with { KeyKind = KeyKind.Utf8 }));

    [Fact]
    public void TextKeysOfAnotherSpelling_AreNamed()
    {
        var uuid = WithKey(new StoredType(StoredForm.FixedBytes, ValueMeaning.Uuid, 16));
        Assert.Null(Between(uuid, uuid));
        Assert.Contains("spelled otherwise", Between(WithKey(new StoredType(StoredForm.Int32, ValueMeaning.Date)), uuid), StringComparison.Ordinal);
        Assert.Null(Between(WithKey(new StoredType(StoredForm.Int32, ValueMeaning.Date)), before: null)); // nobody knows how it was spelled
    }

    [Fact]
    public void Outputs_OfAnotherSetTypeOrLabels_AreNamed()
    {
        Assert.Equal("it has no output 'label', which serve now", Outputs(OutputColumn.Number("score")));
        Assert.Equal("it has outputs that do not serve now: 'more'", Outputs([.. Plan.Outputs, OutputColumn.Number("more")]));
        Assert.Equal("its output 'score' is a whole number, the one that serves is a number", Outputs(OutputColumn.Integer("score"), Plan.Outputs[1]));
        Assert.Equal("its output 'label' has the labels 'yes', 'no', the one that serves 'no', 'yes'",
            Outputs(Plan.Outputs[0], new OutputColumn("label", ["yes", "no"])));
        Assert.Null(Outputs(Plan.Outputs[1], Plan.Outputs[0]));
    }

    private static string? Outputs(params OutputColumn[] outputs) => Between(Plan with { Outputs = outputs });

    private static RunPlan WithKey(StoredType type) => Plan with
    {
        KeyKind = KeyKind.Utf8,
        Manifest = Plan.Manifest with { Columns = [new InputColumn(Plan.Job.KeyColumn, ColumnKind.Text, false, type.Meaning.ToString(), type)] },
    };

    private static string? Between(RunPlan now) => Between(now, Plan);

    private static string? Between(RunPlan now, RunPlan? before) => ServedChange.Between(
        new SnapshotInfo(1, "churn", Samples.Run, Plan.Model, (before ?? now).KeyKind, Plan.Outputs, 16, Samples.Night, Samples.Night, []), before, now);
}
