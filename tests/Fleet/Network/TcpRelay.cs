using System.Net;
using System.Net.Sockets;

namespace BatchEngine.Fleet.Network;

/// <summary>Lets the hosts of the network reach a server that listens on this machine's loopback only.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _port;

    private TcpRelay(TcpListener listener, int port) => (_listener, _port) = (listener, port);

    /// <summary>Listens at the address and hands every connection on.</summary>
    public static TcpRelay Start(string address, int port, int behind)
    {
        var listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        var relay = new TcpRelay(listener, behind);
        _ = relay.AcceptAsync();
        return relay;
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task RelayAsync(TcpClient caller)
    {
        using var near = caller;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _port);
            (near.NoDelay, far.NoDelay) = (true, true);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Either side went away; closing both tells the other.
        }
    }
}
