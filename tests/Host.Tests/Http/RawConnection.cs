using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace BatchEngine.Host.Tests.Http;

/// <summary>A connection that sends what a test wants, byte by byte. Not thread-safe.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    private RawConnection()
    {
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Connects.</summary>
    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port, Ct);
        connection._stream = connection._client.GetStream();
        return connection;
    }

    /// <summary>A whole HTTP/1.1 request.</summary>
    public static byte[] Request(string method, string target, string? body, params string[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        var head = string.Create(CultureInfo.InvariantCulture,
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{(body is null ? "" : $"Content-Length: {bytes.Length}\r\n")}");
        return [.. Encoding.Latin1.GetBytes(head + string.Concat(headers.Select(h => h + "\r\n")) + "\r\n"), .. bytes];
    }

    /// <summary>Sends bytes.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, Ct).AsTask();

    /// <summary>Sends text, one byte a character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads one answer to its end.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before the answer did.</exception>
    public async Task<RawAnswer> ReadAsync(string method = "GET")
    {
        var first = (await ReadLineAsync()).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var line = await ReadLineAsync(); line.Length > 0; line = await ReadLineAsync())
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant()] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        var body = new MemoryStream();
        if (method == "HEAD")
            return new RawAnswer(int.Parse(first[1], CultureInfo.InvariantCulture), headers, "");
        if (headers.TryGetValue("content-length", out var length))
            await CopyAsync(body, int.Parse(length, CultureInfo.InvariantCulture));
        else if (headers.ContainsKey("transfer-encoding"))
            await CopyChunksAsync(body);
        return new RawAnswer(int.Parse(first[1], CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(body.ToArray()));
    }

    /// <summary>Reads until the other side ends the connection.</summary>
    /// <returns>Whether it was cut off inside of a chunked answer.</returns>
    public async Task<bool> IsCutOffAsync()
    {
        var last = "";
        var bytes = new byte[65_536];
        try
        {
            for (var read = await _stream.ReadAsync(bytes, Ct); read > 0; read = await _stream.ReadAsync(bytes, Ct))
                last = Encoding.Latin1.GetString(bytes, 0, read);
        }
        catch (IOException)
        {
            return true;
        }
        return !last.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task CopyChunksAsync(MemoryStream body)
    {
        for (var size = await ChunkAsync(); size > 0; size = await ChunkAsync())
        {
            await CopyAsync(body, size);
            await ReadLineAsync();
        }
        await ReadLineAsync();
    }

    private async Task<int> ChunkAsync() => int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private async Task CopyAsync(MemoryStream body, int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, Ct);
        body.Write(bytes);
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, Ct);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }
}
