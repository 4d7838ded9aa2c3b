using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BatchEngine.TestKit.Postgres;

/// <summary>Stands between a program and a server, and cuts the way when the program sends a word.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly int _target;
    private (byte[] Word, ProxyCut Cut)? _next;

    /// <summary>Begins to listen.</summary>
    /// <param name="target">The server's port on this machine.</param>
    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where to connect instead of the server.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it has cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts once, when this word is sent next.</summary>
    public void CutAt(string word, ProxyCut cut)
    {
        lock (_sockets)
            _next = (Encoding.ASCII.GetBytes(word), cut);
    }

    /// <summary>Lets nobody in any more; who is in stays.</summary>
    public void StopListening() => _listener.Stop();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        lock (_sockets)
            _sockets.ForEach(s => s.Dispose());
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var program = await _listener.AcceptSocketAsync(_stop.Token);
                program.NoDelay = true;
                _ = ConnectAsync(program);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ConnectAsync(Socket program)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_sockets)
            _sockets.AddRange([program, server]);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            program.Close(); // The server is down.
            return;
        }
        var way = new Way();
        _ = ForwardAsync(program, server, way, isProgram: true);
        _ = ForwardAsync(server, program, way, isProgram: false);
    }

    private async Task ForwardAsync(Socket from, Socket to, Way way, bool isProgram)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, _stop.Token)) > 0;)
            {
                if (isProgram && Take(buffer.AsSpan(0, read)) is { } cut)
                {
                    way.IsMute = true;
                    if (cut == ProxyCut.AfterItArrived)
                    {
                        await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
                        await Task.Delay(100, _stop.Token); // The server's answer arrives here and goes no further.
                    }
                    Cuts++;
                    from.Close();
                    if (cut == ProxyCut.BeforeItArrivedAndTheServerDoesNotNotice)
                        return;
                    break;
                }
                if (!way.IsMute)
                    await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side went.
        }
        if (isProgram || !way.IsMute)
            to.Close();
    }

    private ProxyCut? Take(ReadOnlySpan<byte> sent)
    {
        lock (_sockets)
        {
            if (_next is not { } next || sent.IndexOf(next.Word) < 0)
                return null;
            _next = null;
            return next.Cut;
        }
    }

    private sealed class Way
    {
        public volatile bool IsMute;
    }
}
