using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Tests.Planning;

public sealed class JobNeedsTests
{
    [Theory]
    [InlineData(3, 5, 3)]
    [InlineData(0, 5, 5)]
    [InlineData(0, 0, 8)]
    public void Workers_OfAJob_AreItsOwnThenTheConfiguredThenOnePerCore(int own, int configured, int expected) =>
        Assert.Equal(expected, JobNeeds.Workers(Samples.Job() with { Workers = own }, configured, 8));

    [Fact]
    public void WorkersPerProcess_OfChildProcesses_IsOne() =>
        Assert.Equal(1, JobNeeds.WorkersPerProcess(Samples.Job() with { Workers = 4, WorkerMode = WorkerMode.ChildProcess }, 0, 8));

    [Fact]
    public void Columns_NamedTwice_AreReadOnce() =>
        Assert.Equal(["x", "id", "y"], JobNeeds.Columns(Samples.Job() with { CarriedColumns = ["y", "x"] }, FeatureSpec.AsIs(["x"])));

    [Fact]
    public void Features_NoneForAModelOfOneMatrix_IsRefusedWithTheRemedy()
    {
        var signature = new ModelSignature([new TensorSpec("input", TensorElement.Float32, [-1, 28])], []);

        var refused = Assert.Throws<BadInputException>(() => JobNeeds.Features(Samples.Job(), signature));

        Assert.Contains("Add features", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_NoneForAModelOfNamedColumns_AreItsInputs()
    {
        var signature = new ModelSignature([new TensorSpec("x", TensorElement.Float32, [-1, 1]), new TensorSpec("y", TensorElement.Float32, [-1, 1])], []);

        Assert.Equal(["x", "y"], JobNeeds.Features(Samples.Job(), signature).FeatureNames);
    }

    [Fact]
    public void Key_OfAColumnOfFractions_IsRefused() =>
        Assert.Throws<BadInputException>(() => JobNeeds.Key(Samples.Job() with { KeyColumn = "x" }, Samples.Manifest([1])));

    [Theory]
    [InlineData(true, false, 2)]
    [InlineData(true, true, 0)]
    [InlineData(false, false, 0)]
    public void KeptSums_WhenAskedForAndNotTheOutputs_AreTheModels(bool asked, bool areOutputs, int expected) =>
        Assert.Equal(expected, JobNeeds.KeptSums(Samples.Job() with { KeepsSums = asked }, 2, areOutputs));
}
