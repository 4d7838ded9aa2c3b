using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Screens;

/// <summary>One line of `runs list`: a run as it is stored, or one that could not start.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">Its state as JSON spells it, or notStarted.</param>
/// <param name="Model">The exact model; null means that none was found yet.</param>
/// <param name="PlannedAt">When it was planned, or last tried.</param>
/// <param name="StartedAt">When scoring started; null means not yet.</param>
/// <param name="EndedAt">When it reached a final state; null means not yet.</param>
/// <param name="Rows">Rows of the manifest; null means that there is none.</param>
/// <param name="Note">Why it failed, was held, was cancelled or could not start; empty otherwise.</param>
internal sealed record RunRow(RunId Run, string State, ModelVersion? Model, DateTimeOffset PlannedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    long? Rows, string Note)
{
    /// <summary>The state with its colour.</summary>
    internal string StateMarkup => Enum.TryParse<RunState>(State, ignoreCase: true, out var state) ? RunScreen.StateMarkup(state) : "[red]not started[/]";

    /// <summary>A run.</summary>
    public static RunRow Of(RunRecord run) =>
        new(run.Run, JsonNamingPolicy.CamelCase.ConvertName(run.State.ToString()), run.Model, run.PlannedAt, run.StartedAt, run.EndedAt, run.Rows, run.Note);

    /// <summary>One that could not start.</summary>
    public static RunRow Of(UnstartedRun run) => new(run.Run, "notStarted", null, run.TriedAt, null, null, null,
        run.RetryUntil is { } until ? $"tried again until {Figures.Instant(until)}: {run.Reason}" : run.Reason);
}
