using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Host.Commands;

/// <summary>Runs a run with a progress bar and says how it ended.</summary>
internal static class RunScreen
{
    /// <summary>Runs or resumes it.</summary>
    /// <returns>Done when published (now or before), inconclusive when another process leads it, else a violation.</returns>
    public static async Task<int> RunAsync(Verb verb, Engine engine, ScoringJob job, RunId run, CancellationToken ct, bool full = false)
    {
        var outcome = await new ProgressDisplay(verb.Screen, verb.Clock).ShowAsync(run.ToString(),
            progress => engine.RunAsync(job, run, new RunProgressToScreen(progress), ct, full)).ConfigureAwait(false);
        if (verb.Screen.Json)
        {
            verb.Screen.Answer(new { run, outcome = outcome.GetType().Name, detail = Describe(run, outcome) }, () => { });
        }
        else
        {
            verb.Screen.Line(Describe(run, outcome));
            if (outcome is RunOutcome.Published or RunOutcome.Held)
                verb.Screen.Line($"Report: batchengine runs show {run}");
        }

        ct.ThrowIfCancellationRequested();
        return CodeOf(outcome);
    }

    /// <summary>A state with its colour, as Spectre markup.</summary>
    public static string StateMarkup(RunState state)
    {
        var colour = state switch
        {
            RunState.Published => "green",
            RunState.Held => "yellow",
            RunState.Failed or RunState.Cancelled => "red",
            _ => "blue",
        };
        return $"[{colour}]{state.ToString().ToLowerInvariant()}[/]";
    }

    /// <summary>One sentence about how it ended.</summary>
    public static string Describe(RunId run, RunOutcome outcome) => outcome switch
    {
        RunOutcome.Published o => $"{run}: published snapshot {o.Snapshot.Id} with {Figures.Count(o.Snapshot.Keys)} keys as '{o.Snapshot.ServingName}'.",
        RunOutcome.Held o => $"{run}: held back, the earlier snapshot keeps serving. {o.Reason}",
        RunOutcome.Failed o => $"{run}: failed. {o.Reason} Finished work is kept: batchengine runs resume {run}",
        RunOutcome.Cancelled o => $"{run}: cancelled. {o.Reason}",
        RunOutcome.AlreadyEnded o => $"{run}: had already ended as {o.Record.State.ToString().ToLowerInvariant()}; nothing was done.",
        RunOutcome.Following o => $"{run}: another process leads it (now {o.State.ToString().ToLowerInvariant()}); nothing was done here.",
        RunOutcome.Refused o => $"{run}: not started ({o.Why}). {o.Reason}",
        RunOutcome.Interrupted o => $"{run}: stopped while {o.State.ToString().ToLowerInvariant()}; the same command goes on from there.",
        _ => throw new InvariantBrokenException("every outcome is described", outcome.GetType().Name),
    };

    private static int CodeOf(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Published => ExitCode.Done,
        RunOutcome.AlreadyEnded { Record.State: RunState.Published } => ExitCode.Done,
        RunOutcome.Following => ExitCode.Inconclusive,
        RunOutcome.Interrupted => ExitCode.Interrupted,
        _ => ExitCode.Violation,
    };
}
