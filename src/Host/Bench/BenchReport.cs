using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Bench;

/// <summary>All stages of one model on one machine, and which of them binds.</summary>
/// <param name="Machine">The processor and its cores.</param>
/// <param name="Model">The model's file name.</param>
/// <param name="Engine">The way it runs.</param>
/// <param name="Input">Where the rows come from.</param>
/// <param name="Rows">Rows of a whole run.</param>
/// <param name="FeatureCount">Features that the model reads.</param>
/// <param name="Workers">Workers of a whole run.</param>
/// <param name="Stages">In the order of a run, end to end last.</param>
/// <param name="BindingStage">The stage with the most processor time a row: making it faster makes a run faster.</param>
/// <param name="BindingShare">Its share of the sum of all stages.</param>
internal sealed record BenchReport(BenchMachine Machine, string Model, string Engine, string Input, long Rows, int FeatureCount, int Workers,
    IReadOnlyList<BenchStage> Stages, string BindingStage, double BindingShare)
{
    /// <summary>Judges what was measured. Pure.</summary>
    /// <param name="machine">The processor and its cores.</param>
    /// <param name="input">On what.</param>
    /// <param name="workers">Workers of the whole runs.</param>
    /// <param name="passes">By stage; each at least once.</param>
    /// <param name="bytesPerRow">Bytes that a stage only moves, by stage.</param>
    public static BenchReport Of(BenchMachine machine, BenchInput input, int workers, IReadOnlyDictionary<string, IReadOnlyList<StageFigures>> passes,
        IReadOnlyDictionary<string, double> bytesPerRow)
    {
        var plan = input.Measured.Plan;
        var stages = Judge(machine.CopyBytesPerSecond, Math.Min(workers, machine.Cores), passes, bytesPerRow);
        var binding = stages.Where(s => s.IsPart).MaxBy(s => s.CpuNanosecondsPerRow)!;
        return new BenchReport(machine, Path.GetFileName(input.Measured.ModelPath), input.Measured.Model.Name, input.Rows, plan.Manifest.Rows,
            plan.Features.FeatureNames.Count, workers, stages, binding.Name, binding.ShareOfRun.Value);
    }

    /// <summary>The stages beside their limits. Pure.</summary>
    /// <param name="copyBytesPerSecond">What one thread copies.</param>
    /// <param name="cores">Cores that a whole run can keep busy.</param>
    /// <param name="passes">By stage; each at least once.</param>
    /// <param name="bytesPerRow">Bytes that a stage only moves, by stage.</param>
    internal static IReadOnlyList<BenchStage> Judge(double copyBytesPerSecond, int cores, IReadOnlyDictionary<string, IReadOnlyList<StageFigures>> passes,
        IReadOnlyDictionary<string, double> bytesPerRow)
    {
        var medians = passes.ToDictionary(p => p.Key, p => StageFigures.Median([.. p.Value]), StringComparer.Ordinal);
        var sum = StageNames.OfRun.Sum(name => medians[name].CpuNanosecondsPerRow);
        var stages = new List<BenchStage>();
        foreach (var (name, median) in medians.OrderBy(m => PlaceOf(m.Key)))
        {
            var isPart = StageNames.OfRun.Contains(name);
            var (limit, limitRate) = name switch
            {
                StageNames.EndToEnd => ("cores / sum of stages", Measured<double>.Of(cores * 1e9 / sum)),
                _ when bytesPerRow.TryGetValue(name, out var bytes) =>
                    (string.Create(CultureInfo.InvariantCulture, $"copying {bytes:0} bytes a row"), Measured<double>.Of(copyBytesPerSecond / bytes)),
                StageNames.Model when medians.TryGetValue(StageNames.Quantise, out var quantise) =>
                    ("quantise alone", Measured<double>.Of(quantise.RowsPerSecond)),
                _ => ("", Measured<double>.NotMeasured("no limit is known for this stage")),
            };
            stages.Add(new BenchStage(name, isPart, median.RowsPerSecond, median.CpuNanosecondsPerRow,
                isPart ? Measured<double>.Of(median.CpuNanosecondsPerRow / sum) : Measured<double>.NotMeasured("it is no part of a run"), limit, limitRate,
                limitRate.TryGet(out var rate) ? Measured<double>.Of(median.RowsPerSecond / rate) : limitRate, median.Notes, passes[name]));
        }
        return stages;
    }

    private static readonly string[] s_order =
        [StageNames.Decode, StageNames.Features, StageNames.Quantise, StageNames.Model, StageNames.OnnxRuntime, .. StageNames.OfRun.Skip(3),
        StageNames.EndToEnd];

    private static int PlaceOf(string name) => Array.IndexOf(s_order, name);
}
