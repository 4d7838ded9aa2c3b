using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Bench;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Measuring;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>A bench report as a table.</summary>
internal static class BenchScreen
{
    /// <summary>Prints every stage beside its limit, and which stage binds.</summary>
    public static void Print(Screen screen, BenchReport report, TimeSpan took)
    {
        var machine = report.Machine;
        screen.Line($"{machine.Processor}, {machine.Cores} cores, {machine.Vectors}; one thread copies {Figures.Bytes((long)machine.CopyBytesPerSecond)}/s");
        screen.Line($"BatchEngine {machine.BatchEngine}, ONNX Runtime {machine.OnnxRuntime}, {machine.Runtime}, {machine.System}");
        screen.Line($"{report.Model}: {report.FeatureCount} features, engine {report.Engine}; {Figures.Count(report.Rows)} rows, {report.Input}");
        var table = new Table().Border(TableBorder.Simple).AddColumn("stage, one thread").AddColumn("rows/s", c => c.RightAligned())
            .AddColumn("CPU ns/row", c => c.RightAligned())
            .AddColumn("of the run", c => c.RightAligned()).AddColumn("of its limit", c => c.RightAligned()).AddColumn("the limit");
        foreach (var stage in report.Stages.Where(s => s.Name != StageNames.EndToEnd))
            Row(table, report, stage);
        table.AddEmptyRow();
        Row(table, report, report.Stages.Single(s => s.Name == StageNames.EndToEnd));
        screen.Draw(table);
        var model = report.Stages.Single(s => s.Name == StageNames.Model);
        var onnx = report.Stages.Single(s => s.Name == StageNames.OnnxRuntime);
        if (model.Notes != onnx.Notes)
            screen.Line(string.Create(CultureInfo.InvariantCulture,
                $"The model runs {model.RowsPerSecond / onnx.RowsPerSecond:0.0} times as fast as in ONNX Runtime, one thread each."));
        screen.Markup($"Binding stage: [bold]{Markup.Escape(report.BindingStage)}[/], {Figures.Share(report.BindingShare)} of a run's processor time. "
            + $"Medians of {BenchRunner.Passes}; the whole took {Figures.Duration(took)}.");
    }

    private static void Row(Table table, BenchReport report, BenchStage stage)
    {
        var name = stage.Name == StageNames.EndToEnd ? $"end to end, {report.Workers} workers" : stage.IsPart ? stage.Name : $"  ({stage.Name})";
        var cells = new[]
        {
            name, stage.CpuNanosecondsPerRow < 0.05 ? "in place"
                : Figures.Short(stage.RowsPerSecond), stage.CpuNanosecondsPerRow.ToString("0.0", CultureInfo.InvariantCulture), Share(stage.ShareOfRun),
            stage.CpuNanosecondsPerRow < 0.05 ? "" : Share(stage.ShareOfLimit), stage.Limit.Length > 0 ? stage.Limit
                : stage.Name is StageNames.Model or StageNames.OnnxRuntime ? stage.Notes : "",
        };
        var isBinding = stage.Name == report.BindingStage;
        table.AddRow(cells.Select(c => (Spectre.Console.Rendering.IRenderable)(isBinding ? new Markup($"[yellow]{Markup.Escape(c)}[/]") : new Text(c)))
            .ToArray());
    }

    private static string Share(Measured<double> share) => share.TryGet(out var value) ? Figures.Share(value) : "";
}
