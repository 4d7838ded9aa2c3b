using System.Diagnostics;

namespace BatchEngine.Fleet.Network;

/// <summary>One host of the network: a namespace with one address.</summary>
/// <param name="Name">What the tests call it.</param>
/// <param name="Space">Its network namespace.</param>
/// <param name="Address">Its address on the bridge.</param>
internal sealed record NetworkHost(string Name, string Space, string Address)
{
    // Nobody has this hardware address: what is sent there vanishes, as behind a cable that was pulled out.
    private const string Nowhere = "02:de:ad:00:00:01";

    /// <summary>How a command is started on this host; it becomes the process itself, so that signals reach it.</summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", Space, program, .. arguments]);

    /// <summary>From now on nothing that this host sends reaches the address: no refusal, only silence.</summary>
    public void CutFrom(string address) => IpTool.Run("-n", Space, "neigh", "replace", address, "lladdr", Nowhere, "dev", "eth0", "nud", "permanent");

    /// <summary>Ends <see cref="CutFrom"/>; nothing happens when there was none.</summary>
    public void Heal(string address) => IpTool.Try("-n", Space, "neigh", "del", address, "dev", "eth0");
}
