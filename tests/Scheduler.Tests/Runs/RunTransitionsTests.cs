using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>The drawing in docs/scheduler.md, arrow by arrow.</summary>
public sealed class RunTransitionsTests
{
    private static readonly (RunState From, RunState To)[] s_drawn =
    [
        (RunState.Planned, RunState.Scoring), (RunState.Scoring, RunState.Sealing), (RunState.Sealing, RunState.Judging),
        (RunState.Judging, RunState.Published), (RunState.Judging, RunState.Held), (RunState.Judging, RunState.Completed),
        (RunState.Planned, RunState.Failed), (RunState.Scoring, RunState.Failed), (RunState.Sealing, RunState.Failed), (RunState.Judging, RunState.Failed),
        (RunState.Planned, RunState.Cancelled), (RunState.Scoring, RunState.Cancelled), (RunState.Sealing, RunState.Cancelled),
        (RunState.Judging, RunState.Cancelled), (RunState.Failed, RunState.Cancelled),
        (RunState.Failed, RunState.Scoring),
    ];

    [Fact]
    public void IsAllowed_OfEveryPairOfStates_IsWhatIsDrawn()
    {
        var states = Enum.GetValues<RunState>();

        var allowed = states.SelectMany(from => states.Select(to => (from, to))).Where(pair => RunTransitions.IsAllowed(pair.from, pair.to));

        Assert.Equal(s_drawn.Order(), allowed.Order());
    }

    [Fact]
    public void IsEnded_IsSaidOfEveryStateThatNoArrowLeaves() =>
        Assert.Equal(Enum.GetValues<RunState>().Except(s_drawn.Select(a => a.From)), Enum.GetValues<RunState>().Where(RunTransitions.IsEnded));
}
