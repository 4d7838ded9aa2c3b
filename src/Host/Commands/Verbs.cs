using System.CommandLine;

namespace BatchEngine.Host.Commands;

/// <summary>The verbs of batchengine.</summary>
internal static class Verbs
{
    /// <summary>The whole command tree.</summary>
    public static RootCommand Build(GlobalOptions globals)
    {
        var root = new RootCommand("BatchEngine: scheduled batch scoring, published look-ups, and what they cost. Try: batchengine demo");
        globals.AddTo(root);
        root.Subcommands.Add(DemoCommand.Build(globals));
        root.Subcommands.Add(SampleCommand.Build(globals));
        root.Subcommands.Add(ScoreCommand.Build(globals));
        root.Subcommands.Add(BenchCommand.Build(globals));
        root.Subcommands.Add(RunCommand.BuildRun(globals));
        root.Subcommands.Add(RunCommand.BuildPlan(globals));
        root.Subcommands.Add(RunCommand.BuildBackfill(globals));
        root.Subcommands.Add(ServeCommand.BuildServe(globals));
        root.Subcommands.Add(ServeCommand.BuildScheduler(globals));
        root.Subcommands.Add(ServeCommand.BuildRouter(globals));
        root.Subcommands.Add(ServeCommand.BuildEndpoint(globals));
        root.Subcommands.Add(ScheduleCommand.Build(globals));
        root.Subcommands.Add(WorkerCommand.Build(globals));
        root.Subcommands.Add(WorkersCommand.Build(globals));
        root.Subcommands.Add(LookupCommand.Build(globals));
        root.Subcommands.Add(ModelsCommand.Build(globals));
        root.Subcommands.Add(JobsCommand.Build(globals));
        root.Subcommands.Add(RunsCommand.Build(globals));
        root.Subcommands.Add(SnapshotsCommand.Build(globals));
        root.Subcommands.Add(RetentionCommand.Build(globals));
        root.Subcommands.Add(CostCommand.Build(globals));
        root.Subcommands.Add(DriftCommand.Build(globals));
        root.Subcommands.Add(StateCommand.Build(globals));
        root.Subcommands.Add(DoctorCommand.Build(globals));
        root.Subcommands.Add(RegenerateCommand.Build(globals));
        return root;
    }
}
