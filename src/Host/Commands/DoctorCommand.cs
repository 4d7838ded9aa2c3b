using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Checks;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Measuring;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`doctor`: checks configuration, database, blobs, prices, clock, disk and devices, and says what to do.</summary>
internal static class DoctorCommand
{
    private const long LowDiskBytes = 1_000_000_000;

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("doctor", "Check configuration, database, blobs, prices, clock, disk, processor and cards; say what to do."), globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var checks = new List<DoctorCheck>();
        EngineConfiguration? configuration = null;
        await CheckAsync(checks, "configuration", () =>
        {
            configuration = verb.Configuration();
            return Task.FromResult($"data in {configuration.DataDirectory}");
        }).ConfigureAwait(false);
        if (configuration is not null)
            await CheckStateAsync(checks, configuration, verb.Clock, ct).ConfigureAwait(false);
        checks.Add(new DoctorCheck("processor", true, string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {ProcessorFacts.Vectors}; engines: {string.Join(", ", ExecutorFactory.EngineNames)}")));
        checks.AddRange(DeviceChecks.Of(configuration?.Execution ?? ExecutorOptions.Default));
        verb.Screen.Answer(checks, () =>
        {
            foreach (var check in checks)
                verb.Screen.Markup($"{(check.IsWell ? "[green]well[/]  " : "[red]not well[/]")} {Markup.Escape(check.Name),-14} "
                    + $"{Markup.Escape(check.Finding)}");
        });
        return checks.TrueForAll(c => c.IsWell) ? ExitCode.Done : ExitCode.Violation;
    }

    private static async Task CheckStateAsync(List<DoctorCheck> checks, EngineConfiguration configuration, TimeProvider clock, CancellationToken ct)
    {
        await CheckAsync(checks, "database", async () =>
        {
            await using var database = await StateDatabase.OpenAsync(configuration.Database, clock, ct).ConfigureAwait(false);
            var skew = await database.NowAsync(ct).ConfigureAwait(false) - clock.GetUtcNow();
            var engine = await database.DescribeAsync(ct).ConfigureAwait(false);
            return string.Create(CultureInfo.InvariantCulture,
                $"{database.Place} opens: {engine}; its clock differs by {Math.Abs(skew.TotalMilliseconds):0} ms");
        }).ConfigureAwait(false);
        await CheckAsync(checks, "snapshots", () => ServedSnapshots.VerifyAsync(configuration, clock, ct)).ConfigureAwait(false);
        await CheckAsync(checks, "blobs", async () =>
        {
            var notes = new List<string>();
            var blobs = BlobStores.Open(configuration.Blobs, configuration.ObjectStore, clock, notes.Add);
            using var open = blobs as IDisposable;
            await using (var probe = await blobs.CreateAsync("doctor/probe", ct).ConfigureAwait(false))
            {
                await probe.Content.WriteAsync(new byte[] { 1 }, ct).ConfigureAwait(false);
                await probe.CommitAsync(ct).ConfigureAwait(false);
            }

            await blobs.DeleteAsync("doctor/probe", ct).ConfigureAwait(false);
            await using var database = await StateDatabase.OpenAsync(configuration.Database, clock, ct).ConfigureAwait(false);
            await new StoreClaim(database, blobs).EnsureAsync(ct).ConfigureAwait(false);
            return string.Join(" ", notes.Prepend($"{blobs.Place} can be written."));
        }).ConfigureAwait(false);
        await CheckAsync(checks, "disk", () =>
        {
            var free = new DriveInfo(Existing(configuration.DataDirectory)).AvailableFreeSpace;
            return free >= LowDiskBytes
                ? Task.FromResult($"{Figures.Bytes(free)} free")
                : throw new StorageFailedException(configuration.DataDirectory, $"only {Figures.Bytes(free)} free; make room before a large run.",
                    isTransient: false);
        }).ConfigureAwait(false);
        await CheckAsync(checks, "prices", () =>
        {
            var quotes = PriceSheetFile.LoadAll(ShippedFiles.PricesDirectory(configuration)).SelectMany(s => s.Quotes).ToList();
            return quotes.Any(q => q.Offering == Offering.Local)
                ? Task.FromResult($"{quotes.Count} quotes, this machine is priced")
                : throw new BadInputException(configuration.PricesDirectory, "no price for this machine", "an offering with provider local",
                    "Add one, or its costs are reported as not measured.");
        }).ConfigureAwait(false);
    }

    // The folder may not be there yet; its disk is that of the nearest folder above it.
    private static string Existing(string directory)
    {
        var folder = new DirectoryInfo(directory);
        while (!folder.Exists && folder.Parent is { } parent)
            folder = parent;
        return folder.FullName;
    }

    private static async Task CheckAsync(List<DoctorCheck> checks, string name, Func<Task<string>> check)
    {
        try
        {
            checks.Add(new DoctorCheck(name, true, await check().ConfigureAwait(false)));
        }
        catch (BatchEngineException problem)
        {
            checks.Add(new DoctorCheck(name, false, problem.Message));
        }
    }
}
