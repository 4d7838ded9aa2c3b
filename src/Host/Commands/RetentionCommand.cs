using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Retention;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`retention`: what has outlived its use, shown first and then removed.</summary>
internal static class RetentionCommand
{
    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var retention = new Command("retention", "Show and remove what has outlived its use, as `retention:` in the configuration and in jobs says.");
        retention.Subcommands.Add(Verb.Does(new Command("plan", "What would go now, and why the rest of what is old enough is kept. Changes nothing."), globals,
            (verb, ct) => RunAsync(verb, "would go", (pass, stop) => pass.PlanAsync(stop), ct)));
        retention.Subcommands.Add(Verb.Does(new Command("apply",
            "Remove what `retention plan` shows. Safe beside nights and look-ups; what an interrupted one left, the next one removes."), globals,
            (verb, ct) => RunAsync(verb, "went", (pass, stop) => pass.ApplyAsync(stop), ct)));
        return retention;
    }

    private static async Task<int> RunAsync(Verb verb, string word, Func<RetentionPass, CancellationToken, Task<IReadOnlyList<RetentionLine>>> passAsync,
        CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var pass = await Retiring.PassAsync(engine, ct).ConfigureAwait(false);
        var lines = await passAsync(pass, ct).ConfigureAwait(false);
        verb.Screen.Answer(lines, () =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("what", word).AddColumn("bytes", c => c.RightAligned())
                .AddColumns("ended from", "to", "old enough and kept");
            foreach (var line in lines)
                table.AddRow(WordOf(line.Kind), Figures.Count(line.Count), line.Blobs > 0 ? Figures.Bytes(line.Bytes) : "",
                    line.Oldest is { } oldest ? Figures.Instant(oldest) : "", line.Newest is { } newest ? Figures.Instant(newest) : "",
                    Markup.Escape(string.Join("; ", line.Kept.Select(k => $"{Figures.Count(k.Value)}: {k.Key}"))));
            verb.Screen.Draw(table);
        });
        return ExitCode.Done;
    }

    private static string WordOf(RetentionKind kind) => kind switch
    {
        RetentionKind.RunFiles => "run files",
        RetentionKind.DeadLetters => "dead letters",
        RetentionKind.UnstartedRuns => "nights not started",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
