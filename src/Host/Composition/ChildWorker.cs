using System.Diagnostics;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Texts;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Host.Composition;

/// <summary>How this program starts itself as a worker of a run.</summary>
internal static class ChildWorker
{
    /// <summary>The command: `batchengine worker --run RUN --name WORKER --leave-at-end-of-input ...` over the same database and blobs.</summary>
    public static ProcessStartInfo Command(EngineConfiguration configuration, RunPlan plan, string worker)
    {
        var offering = configuration.Offering ?? Offering.Local;
        var share = offering.ShareOf(plan.Chosen.Workers).ToString("R", CultureInfo.InvariantCulture);
        var drain = LeasePolicy.Default.DrainGrace.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "batchengine.exe" : "batchengine");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = false };
        foreach (var argument in (string[])["worker", "--run", plan.Run.ToString(), "--name", worker, "--leave-at-end-of-input", "--drain-seconds", drain,
            "--offering",
            offering.ToString(), "--machine-share", share])
            start.ArgumentList.Add(argument);
        start.Environment["BATCHENGINE_DATA_DIRECTORY"] = configuration.DataDirectory;
        start.Environment["BATCHENGINE_DATABASE"] = configuration.Database;
        start.Environment["BATCHENGINE_BLOBS"] = configuration.Blobs;
        foreach (var (name, value) in ObjectStoreKeys.Variables(configuration.ObjectStore))
            start.Environment[name] = value;
        if (configuration.CopiesFolder is { } copies)
            start.Environment["BATCHENGINE_COPIES_FOLDER"] = copies;
        if (configuration.CopiesLimitBytes is { } limit)
            start.Environment["BATCHENGINE_COPIES_LIMIT"] = limit.ToString(CultureInfo.InvariantCulture);
        start.Environment["BATCHENGINE_LEASE_TTL"] = $"{(int)configuration.LeaseTtl.TotalSeconds}s";
        start.Environment["BATCHENGINE_EXECUTION_DEVICE"] = ChoiceText.Of(configuration.Execution.Device);
        start.Environment["BATCHENGINE_EXECUTION_DEVICE_ID"] = configuration.Execution.DeviceId.ToString(CultureInfo.InvariantCulture);
        start.Environment["BATCHENGINE_EXECUTION_DEVICE_MEMORY_BYTES"] = configuration.Execution.DeviceMemoryBytes.ToString(CultureInfo.InvariantCulture);
        start.Environment["BATCHENGINE_MEMORY_LIMIT"] = configuration.MemoryLimitBytes > 0
            ? configuration.MemoryLimitBytes.ToString(CultureInfo.InvariantCulture) : "none";
        return start;
    }
}
