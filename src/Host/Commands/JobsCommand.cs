using System.CommandLine;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`jobs check`: reads job files and says everything that is wrong with them.</summary>
internal static class JobsCommand
{
    private static readonly Argument<string[]> Files = new("file") { Description = "Job files", Arity = ArgumentArity.OneOrMore };

    /// <summary>The verb and its part.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var jobs = new Command("jobs", "Check job files.");
        jobs.Subcommands.Add(Verb.Does(
            new Command("check", """
                Read job files and the features files they name, and list every problem with its place; nothing is run or stored. Status 1 if there is one.

                  batchengine jobs check config/jobs/*.yaml
                """) { Files }, globals, CheckAsync));
        return jobs;
    }

    private static Task<int> CheckAsync(Verb verb, CancellationToken ct)
    {
        var files = JobFile.Check(verb.Line.GetValue(Files)!);
        var document = files.Select(f => new
        {
            f.File,
            f.Job,
            IsFine = f.Problems.Count == 0,
            f.Notes,
            Problems = f.Problems.Select(p => new { p.Place, p.Seen, p.Expected, p.Remedy }),
        });
        verb.Screen.Answer(document, () =>
        {
            foreach (var file in files)
                Print(verb, file);
        });
        return Task.FromResult(files.All(f => f.Problems.Count == 0) ? ExitCode.Done : ExitCode.Violation);
    }

    private static void Print(Verb verb, JobFileFindings file)
    {
        var name = Markup.Escape(file.File);
        if (file.Problems.Count == 0)
        {
            verb.Screen.Markup($"[green]fine[/]      {name}: job {Markup.Escape(file.Job)}");
        }
        else
        {
            verb.Screen.Markup($"[red]not fine[/]  {name}: {file.Problems.Count} {(file.Problems.Count == 1 ? "problem" : "problems")}");
        }
        foreach (var note in file.Notes)
            verb.Screen.Line("  note: " + note);
        foreach (var problem in file.Problems)
            verb.Screen.Line("  - " + problem.Message);
    }
}
