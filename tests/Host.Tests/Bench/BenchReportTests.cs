using BatchEngine.Host.Bench;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Tests.Bench;

public sealed class BenchReportTests
{
    private const double Copy = 1e9;

    [Fact]
    public void Stages_OfARun_ShareItsTimeAndReferencesDoNot()
    {
        var stages = BenchReport.Judge(Copy, 2, Passes(), Bytes()).ToDictionary(s => s.Name);
        Assert.Equal(1, stages.Values.Where(s => s.IsPart).Sum(s => s.ShareOfRun.Value), 1e-9);
        Assert.Equal(0.5, stages[StageNames.Model].ShareOfRun.Value, 1e-9);
        Assert.All([StageNames.Quantise, StageNames.OnnxRuntime, StageNames.EndToEnd], name =>
            Assert.False(stages[name].IsPart || stages[name].ShareOfRun.HasValue));
    }

    [Fact]
    public void Stages_BesideTheirLimits_ReachTheStatedShare()
    {
        var stages = BenchReport.Judge(Copy, 2, Passes(), Bytes()).ToDictionary(s => s.Name);
        Assert.Equal((1e7, 1.0),
            (stages[StageNames.Decode].LimitRowsPerSecond.Value, stages[StageNames.Decode].ShareOfLimit.Value)); // 100 bytes at 1 GB/s, decoded at 100 ns
        Assert.Equal(0.1, stages[StageNames.Model].ShareOfLimit.Value, 1e-9); // ten times what ranking takes
        Assert.Equal(2e9 / 1600, stages[StageNames.EndToEnd].LimitRowsPerSecond.Value, 1e-6);
        Assert.Equal(0.5, stages[StageNames.EndToEnd].ShareOfLimit.Value, 1e-9);
        Assert.False(stages[StageNames.Write].ShareOfLimit.HasValue);
    }

    [Fact]
    public void Stages_OfSeveralPasses_AreTheMedian()
    {
        var passes = Passes();
        passes[StageNames.Decode] = [Pass(StageNames.Decode, 100), Pass(StageNames.Decode, 9_000), Pass(StageNames.Decode, 120)];
        var decode = BenchReport.Judge(Copy, 2, passes, Bytes()).Single(s => s.Name == StageNames.Decode);
        Assert.Equal((120.0, 3), (decode.CpuNanosecondsPerRow, decode.Passes.Count));
    }

    [Fact]
    public void Stages_InTheTable_AreInTheOrderOfARun() =>
        Assert.Equal([StageNames.Decode, StageNames.Features, StageNames.Quantise, StageNames.Model, StageNames.OnnxRuntime, StageNames.Check,
            StageNames.Profile, StageNames.Fingerprint, StageNames.Write,
            StageNames.RunFiles, StageNames.Segments, StageNames.EndToEnd], BenchReport.Judge(Copy, 2, Passes(), Bytes()).Select(s => s.Name));

    // Every stage of a run takes 100 ns a row, the model 800: 1,600 together.
    private static Dictionary<string, IReadOnlyList<StageFigures>> Passes()
    {
        var passes = StageNames.OfRun.ToDictionary(name =>
            name, name => (IReadOnlyList<StageFigures>)[Pass(name, name == StageNames.Model ? 800 : 100)], StringComparer.Ordinal);
        passes[StageNames.Quantise] = [Pass(StageNames.Quantise, 80)];
        passes[StageNames.OnnxRuntime] = [Pass(StageNames.OnnxRuntime, 20_000)];
        passes[StageNames.EndToEnd] = [Pass(StageNames.EndToEnd, 1_600)];
        return passes;
    }

    private static Dictionary<string, double> Bytes() => new(StringComparer.Ordinal) { [StageNames.Decode] = 100 };

    private static StageFigures Pass(string stage, double nanoseconds) => new(stage, 1_000_000, 1, nanoseconds / 1e3, nanoseconds / 1e3, "");
}
