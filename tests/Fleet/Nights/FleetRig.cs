using System.Globalization;
using BatchEngine.Fleet.Faults;
using BatchEngine.Fleet.Network;
using BatchEngine.Fleet.Processes;
using BatchEngine.Fleet.Store;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Fleet.Nights;

/// <summary>Eight hosts that share one PostgreSQL and one object store: two schedulers, four workers, two routers.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    /// <summary>How long a lease is on every host.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private const int RouterPort = 5080, StorePort = 9000, DatabasePort = 5432;
    private const string DiskBytes = "192m";
    private readonly Dictionary<string, HostProcess> _processes = [];
    private readonly TemporaryFolder _folder;
    private readonly FleetNetwork _network;
    private readonly FleetServers _servers;
    private readonly int _everySeconds;

    private FleetRig(TemporaryFolder folder, FleetNetwork network, FleetServers servers, int everySeconds) =>
        (_folder, _network, _servers, _everySeconds) = (folder, network, servers, everySeconds);

    /// <summary>The names of all hosts.</summary>
    public IReadOnlyList<string> Hosts => [.. _network.Hosts.Select(h => h.Name)];

    /// <summary>A configuration for commands of a person, outside of every host.</summary>
    public string Configuration => _folder["operator.yaml"];

    /// <summary>Where the routers answer.</summary>
    public IReadOnlyList<Uri> Routers => [.. _network.Hosts.Where(h => h.Name.StartsWith("router", StringComparison.Ordinal))
        .Select(h => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{h.Address}:{RouterPort}")))];

    /// <summary>Where the Parquet of each run lies.</summary>
    public string Outputs => _folder["out"];

    /// <summary>The folder of everything that the processes printed.</summary>
    public string Logs => _folder["logs"];

    /// <summary>Where a copy of them stays after the test.</summary>
    public static string KeptLogs => Path.Combine(Path.GetTempPath(), "batchengine-fleet-logs");

    /// <summary>Exit codes of processes that ended by themselves, by host.</summary>
    public IEnumerable<string> Endings => _processes.Where(p => p.Value.Endings.Count > 0)
        .Select(p => $"{p.Key}: {string.Join(", ", p.Value.Endings)}");

    /// <summary>Starts servers and hosts; schedules the job over the input.</summary>
    public static async Task<FleetRig> StartAsync(TemporaryFolder folder, string input, int everySeconds)
    {
        var network = FleetNetwork.Create();
        var servers = await FleetServers.StartAsync(network, DatabasePort, StorePort);
        var rig = new FleetRig(folder, network, servers, everySeconds);
        Directory.CreateDirectory(rig.Logs);
        foreach (var name in new[] { "scheduler1", "scheduler2", "worker1", "worker2", "worker3", "worker4", "router1", "router2" })
            network.Add(name);
        FleetJob.Write(Path.Combine(folder["jobs"], "night.yaml"), input, $"{rig.Outputs}/{{run}}", everySeconds, "elsewhere");
        foreach (var host in network.Hosts)
            rig.Start(host);
        return rig;
    }

    /// <summary>Begins a fault.</summary>
    public void Begin(Fault fault) => Apply(fault, begins: true);

    /// <summary>Ends a fault.</summary>
    public void End(Fault fault) => Apply(fault, begins: false);

    /// <summary>Asks every process to leave; gives what each ended with.</summary>
    public async Task<IReadOnlyDictionary<string, int>> LeaveAsync()
    {
        var codes = await Task.WhenAll(_processes.Select(async p => (p.Key, Code: await p.Value.LeaveAsync())));
        return codes.ToDictionary(c => c.Key, c => c.Code);
    }

    /// <summary>Which server holds the bytes.</summary>
    public string StoreName => _servers.StoreName;

    /// <summary>What lies in the store and no row names, after a sweep without any grace.</summary>
    public async Task<IReadOnlyList<string>> StrayBlobsAsync(CancellationToken ct)
    {
        await using var database = await StateDatabase.OpenAsync(_servers.Database, TimeProvider.System, ct);
        var blobs = BlobStores.Open(_servers.Blobs, _servers.Options, TimeProvider.System, _ => { });
        var named = new NamedBlobs(database);
        await new BlobSweeper(blobs, TimeProvider.System).SweepAsync([""], named.AmongAsync, TimeSpan.FromSeconds(-60), ct);
        var there = new List<string>();
        await foreach (var entry in blobs.ListAsync("runs/", ct))
            there.Add(entry.Name);
        var ours = await named.AmongAsync(there, ct);
        return [.. there.Where(n => !ours.Contains(n))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
            await process.DisposeAsync();
        KeepLogs();
        foreach (var host in _network.Hosts)
            IpTool.Start("umount", ["-l", DataFolder(host.Name)], out _);
        _network.Dispose();
        await _servers.DisposeAsync();
    }

    // The folder of the test goes with it; what the processes said is wanted most when it failed.
    private void KeepLogs()
    {
        Directory.CreateDirectory(KeptLogs);
        foreach (var log in Directory.EnumerateFiles(Logs))
            File.Copy(log, Path.Combine(KeptLogs, Path.GetFileName(log)), overwrite: true);
    }

    private string DataFolder(string host) => _folder[$"hosts/{host}"];

    private void Start(NetworkHost host)
    {
        Directory.CreateDirectory(DataFolder(host.Name));
        IpTool.Run("mount", ["-t", "tmpfs", "-o", $"size={DiskBytes}", "tmpfs", DataFolder(host.Name)]);
        var configuration = Path.Combine(DataFolder(host.Name), "engine.yaml");
        File.WriteAllText(configuration, ConfigurationOf(host.Name));
        File.WriteAllText(Configuration, ConfigurationOf("operator"));
        string[] role = host.Name switch
        {
            ['s', ..] => ["scheduler"],
            ['r', ..] => ["router", "--url", string.Create(CultureInfo.InvariantCulture, $"http://{host.Address}:{RouterPort}")],
            _ => ["worker", "--any", "--name", host.Name, "--drain-seconds", "10", "--offering", "local/this-machine/local/on-demand"],
        };
        _processes[host.Name] = new HostProcess(host, [.. role, "--config", configuration], _servers.Variables, Path.Combine(Logs, $"{host.Name}.log"));
    }

    private string ConfigurationOf(string host) => string.Create(CultureInfo.InvariantCulture, $"""
        dataDirectory: {DataFolder(host)}
        database: "{_servers.Database}"
        blobs: {_servers.Blobs}
        {_servers.StoreKeys}
        jobsDirectory: {_folder["jobs"]}
        leaseTtl: {Lease.TotalSeconds}s

        """);

    private void Apply(Fault fault, bool begins)
    {
        var mood = fault.Kind == FaultKind.StoreBusy ? FrontMood.Busy : FrontMood.Slow;
        switch (fault.Kind)
        {
            case FaultKind.StoreBusy or FaultKind.StoreSlow:
                _servers.Front.Mood = begins ? mood : FrontMood.Well;
                break;
            case FaultKind.Killed when begins:
                _processes[fault.Host].Kill();
                break;
            case FaultKind.Paused when begins:
                _processes[fault.Host].Pause();
                break;
            case FaultKind.Killed or FaultKind.Paused:
                _processes[fault.Host].Release();
                break;
            case FaultKind.DiskFull:
                Fill(fault.Host, begins);
                break;
            default:
                Cut(_processes[fault.Host].Host, fault.Kind, begins);
                break;
        }
    }

    private void Cut(NetworkHost host, FaultKind kind, bool begins)
    {
        foreach (var address in new[] { _network.Database, _network.Store }
            .Where((_, i) => kind == FaultKind.Alone || i == (kind == FaultKind.NoStore ? 1 : 0)))
        {
            if (begins)
                host.CutFrom(address);
            else
                host.Heal(address);
        }
    }

    private void Fill(string host, bool begins)
    {
        var filler = Path.Combine(DataFolder(host), "filler");
        if (!begins)
        {
            File.Delete(filler);
            return;
        }
        IpTool.Start("dd", ["if=/dev/zero", $"of={filler}", "bs=1M"], out _); // Ends when the disk is full.
    }
}
