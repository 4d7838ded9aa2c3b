using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Triggers;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>Shows a plan, or why there is none.</summary>
internal static class PlanScreen
{
    /// <summary>Prints the plan or the refusal; the result is the exit status.</summary>
    /// <returns>Done for a plan, a violation for a refusal.</returns>
    public static int Show(Screen screen, PlanOutcome outcome)
    {
        switch (outcome)
        {
            case PlanOutcome.Planned planned:
                screen.Answer(Summary(planned.Plan), () => Print(screen, planned.Plan));
                return ExitCode.Done;
            case PlanOutcome.Refused refused:
                screen.Answer(new { refused = refused.Why, refused.Reason, refused.Options }, () =>
                {
                    screen.Error($"no plan ({refused.Why}): {refused.Reason}");
                    screen.Draw(Options(refused.Options));
                });
                return ExitCode.Violation;
            default:
                throw new InvariantBrokenException("every plan outcome is shown", outcome.GetType().Name);
        }
    }

    private static object Summary(RunPlan plan) => new
    {
        plan.Run,
        scheduledFor = InputPatterns.LocalOf(plan.Job, plan.Run),
        timeZone = plan.Job.Schedule?.TimeZone ?? "UTC",
        inputs = plan.Job.Inputs.Select(input => InputPatterns.Fill(input, plan.Job, plan.Run)),
        weekdays = WeekdaysOf(plan),
        plan.Model,
        files = plan.Manifest.Files.Count,
        rows = plan.Manifest.Rows,
        bytes = plan.Manifest.Bytes,
        means = FeatureMeans.In(plan.Job.Features, plan.Features),
        leftOut = plan.Manifest.LeftOut,
        shards = plan.Shards,
        plan.UnitRows,
        plan.PartitionCount,
        reuse = new
        {
            plan.Reuse.Base,
            plan.Reuse.Reason,
            shardsCarried = plan.Reuse.Carried.Count,
            rowsCarried = plan.Manifest.Rows - plan.RowsToRead,
            plan.Reuse.ComparesRows,
            plan.Reuse.RowsReason,
            plan.Reuse.ModelNanoseconds,
            plan.Reuse.Grown
        },
        plan.Chosen,
        plan.Rejected,
    };

    private static void Print(Screen screen, RunPlan plan)
    {
        var facts = new Grid().AddColumn().AddColumn();
        facts.AddRow("run", plan.Run.ToString());
        facts.AddRow("stands for", Markup.Escape(Instant(plan)));
        if (WeekdaysOf(plan) is { } weekdays)
            facts.AddRow("schedule", Markup.Escape(weekdays));
        facts.AddRow("model", Markup.Escape(plan.Model.ToString()));
        facts.AddRow("input", string.Create(CultureInfo.InvariantCulture,
            $"{plan.Manifest.Files.Count} {(plan.Manifest.Files.Count == 1 ? "file" : "files")}, "
            + $"{Figures.Count(plan.Manifest.Rows)} rows, {Figures.Bytes(plan.Manifest.Bytes)}"));
        if (FeatureMeans.In(plan.Job.Features, plan.Features) is { Count: > 0 } means)
            facts.AddRow("means", Markup.Escape($"{FeatureMeans.Words(means)}, in place of missing values"));
        if (plan.Manifest.PartitionNote is { } partitions)
            facts.AddRow("", Markup.Escape(partitions));
        if (plan.Manifest.LeftOutNote is { } leftOut)
            facts.AddRow("", Markup.Escape(leftOut));
        facts.AddRow("shards", string.Create(CultureInfo.InvariantCulture,
            $"{plan.Shards.Count} of at most {Figures.Count(plan.Shards.Max(s => s.Rows))} rows, units of {Figures.Count(plan.UnitRows)} rows"));
        facts.AddRow("snapshot",
            string.Create(CultureInfo.InvariantCulture, $"{plan.PartitionCount} {(plan.PartitionCount == 1 ? "partition" : "partitions")}"));
        facts.AddRow("reuse", Markup.Escape(Reuse(plan)));
        screen.Draw(facts);
        screen.Draw(Options([plan.Chosen, .. plan.Rejected]));
    }

    private static string? WeekdaysOf(RunPlan plan) => plan.Job.Schedule is { } schedule ? CronWeekdays.NoteOf(schedule.Cron) : null;

    /// <summary>"2026-11-24 17:00 UTC, which is 2026-11-25 02:00 in Asia/Tokyo; {date} is 2026-11-25".</summary>
    private static string Instant(RunPlan plan)
    {
        var local = InputPatterns.LocalOf(plan.Job, plan.Run);
        var zone = plan.Job.Schedule?.TimeZone ?? "UTC";
        var text = Figures.Instant(plan.Run.ScheduledAt);
        if (zone != "UTC")
            text += string.Create(CultureInfo.InvariantCulture, $", which is {local:yyyy-MM-dd HH:mm} in {zone}");
        string[] paths = [.. plan.Job.Inputs, plan.Job.OutputDirectory];
        if (paths.Any(path => path.Contains("{date}", StringComparison.Ordinal)))
            text += string.Create(CultureInfo.InvariantCulture, $"; {{date}} is {local:yyyy-MM-dd}");
        if (paths.Any(path => path.Contains("{hour}", StringComparison.Ordinal)))
            text += string.Create(CultureInfo.InvariantCulture, $"; {{hour}} is {local:HH}");
        return text;
    }

    // How many of the rows that are read turn out to be unchanged is not known before they are read.
    private static string Reuse(RunPlan plan) =>
        plan.Reuse is { Base: { } parentRun, Grown: not null } ? $"from run {parentRun}: {plan.Reuse.Reason}; {plan.Reuse.RowsReason}"
        : plan.Reuse.Base is { } from
        ? string.Create(CultureInfo.InvariantCulture,
            $"from run {from}: {plan.Reuse.Carried.Count} of {plan.Shards.Count} shards with "
            + $"{Figures.Count(plan.Manifest.Rows - plan.RowsToRead)} rows without reading their files; {plan.Reuse.RowsReason}")
        : $"none, every row is scored: {plan.Reuse.Reason}";

    private static Table Options(IReadOnlyList<PlanOption> options)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("capacity").AddColumn("workers", c => c.RightAligned())
            .AddColumns("duration", "cost", "verdict");
        foreach (var option in options)
        {
            var duration = option.Duration.TryGet(out var span) ? Figures.Duration(span) : $"not measured ({option.Duration.Reason})";
            table.AddRow(Markup.Escape(option.Offering.ToString()), option.Workers.ToString(CultureInfo.InvariantCulture), Markup.Escape(duration),
                Markup.Escape(Figures.Price(option.Cost)), Markup.Escape(option.Verdict));
        }

        return table;
    }
}
