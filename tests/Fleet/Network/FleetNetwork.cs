using System.Globalization;

namespace BatchEngine.Fleet.Network;

/// <summary>Several hosts on this machine: network namespaces on one bridge, with an address for the database and one for the object store. Needs root. What
/// an earlier process left is removed first.</summary>
internal sealed class FleetNetwork : IDisposable
{
    private const string Prefix = "bef";
    private const int FirstHost = 11;
    private readonly string _bridge;
    private readonly string _subnet;
    private readonly List<NetworkHost> _hosts = [];

    private FleetNetwork(int process)
    {
        _bridge = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{process}");
        _subnet = string.Create(CultureInfo.InvariantCulture, $"10.83.{process % 250}");
        (Database, Store) = ($"{_subnet}.1", $"{_subnet}.2");
    }

    /// <summary>Where the database answers.</summary>
    public string Database { get; }

    /// <summary>Where the object store answers.</summary>
    public string Store { get; }

    /// <summary>The hosts in the order in which they were added.</summary>
    public IReadOnlyList<NetworkHost> Hosts => _hosts;

    /// <summary>Why there can be no such network here; null when there can.</summary>
    public static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux())
            return "Needs network namespaces, which only Linux has.";
        if (Environment.UserName != "root")
            return "Needs root, to make network namespaces.";
        try
        {
            var name = $"{Prefix}-probe-{Environment.ProcessId}";
            var code = IpTool.Start("ip", ["netns", "add", name], out var said);
            IpTool.Try("netns", "del", name);
            return code == 0 ? null : $"No network namespace can be made here: {said.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Needs the command ip (package iproute2).";
        }
    }

    /// <summary>Makes the bridge with its two addresses.</summary>
    public static FleetNetwork Create()
    {
        RemoveLeftovers();
        var network = new FleetNetwork(Environment.ProcessId);
        IpTool.Run("link", "add", network._bridge, "type", "bridge");
        IpTool.Run("addr", "add", $"{network.Database}/24", "dev", network._bridge);
        IpTool.Run("addr", "add", $"{network.Store}/24", "dev", network._bridge);
        IpTool.Run("link", "set", network._bridge, "up");
        return network;
    }

    /// <summary>Adds a host with its own address and loopback.</summary>
    public NetworkHost Add(string name)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{FirstHost + _hosts.Count}");
        var cable = string.Create(CultureInfo.InvariantCulture, $"{_bridge}-{_hosts.Count}");
        var space = $"{_bridge}-{name}";
        IpTool.Run("netns", "add", space);
        IpTool.Run("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space);
        IpTool.Run("link", "set", cable, "master", _bridge, "up");
        IpTool.Run("-n", space, "link", "set", "lo", "up");
        IpTool.Run("-n", space, "addr", "add", $"{address}/24", "dev", "eth0");
        IpTool.Run("-n", space, "link", "set", "eth0", "up");
        var host = new NetworkHost(name, space, address);
        _hosts.Add(host);
        return host;
    }

    /// <inheritdoc/>
    public void Dispose() => Remove(_bridge);

    private static void RemoveLeftovers()
    {
        var names = IpTool.Run("netns", "list").Split('\n').Select(l => l.Split(' ')[0]).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => n.Split('-')[0]).Where(n => n.Length > Prefix.Length).Distinct();
        foreach (var bridge in names.Where(n => !Directory.Exists($"/proc/{n[Prefix.Length..]}")))
            Remove(bridge);
    }

    private static void Remove(string bridge)
    {
        foreach (var space in IpTool.Run("netns", "list").Split('\n').Select(l => l.Split(' ')[0])
            .Where(n => n.StartsWith($"{bridge}-", StringComparison.Ordinal)))
            IpTool.Try("netns", "del", space);
        IpTool.Try("link", "del", bridge);
    }
}
