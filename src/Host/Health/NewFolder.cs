using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Health;

/// <summary>Whether the data folder holds no run at all: then it is new on purpose, or its name is mistyped, and nothing can be answered. Safe for many
/// threads.</summary>
/// <param name="database">The folder's.</param>
/// <param name="isInit">Whether it was said to be new on purpose.</param>
internal sealed class NewFolder(StateDatabase database, bool isInit) : IReadinessPart
{
    /// <summary>What readiness says of it.</summary>
    public const string Problem =
        "The data folder holds no run. If it is new, run a job, or start with --init to be ready before the first one; else check --data.";

    private volatile bool _hasRuns;

    /// <summary>Whether it does, unless it was said to be new on purpose.</summary>
    public async Task<bool> IsNewAsync(CancellationToken ct)
    {
        if (!_hasRuns && !isInit)
            _hasRuns = (await new RunStore(database).ListAsync(null, 1, ct).ConfigureAwait(false)).Count > 0;
        return !_hasRuns && !isInit;
    }

    /// <inheritdoc/>
    public async Task<PartReadiness> LookAsync(CancellationToken ct) =>
        await IsNewAsync(ct).ConfigureAwait(false) ? new PartReadiness(false, [Problem]) : PartReadiness.Works();
}
