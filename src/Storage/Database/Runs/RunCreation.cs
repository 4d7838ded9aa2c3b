using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>What became of the wish to create a run: a second fire of the same instant finds the first. Match it exhaustively.</summary>
public abstract record RunCreation
{
    private RunCreation()
    {
    }

    /// <summary>The run and its shards were recorded now.</summary>
    public sealed record Created(RunRecord Record) : RunCreation;

    /// <summary>The run was there already, and stays as it is; the plan that was offered is dropped.</summary>
    public sealed record Existing(RunRecord Record) : RunCreation;
}
