using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Commands.Options;

/// <summary>The number after --workers. Pure.</summary>
internal static class WorkerCount
{
    /// <summary>Refuses what is no number of workers.</summary>
    /// <exception cref="BadInputException">It is below zero.</exception>
    public static int Require(int workers) => workers >= 0 ? workers
        : throw new BadInputException("--workers", workers.ToString(CultureInfo.InvariantCulture), "a number of workers, or 0 for one per core",
            "Leave the option out for the default.");
}
