using System.Net;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Http;

/// <summary>Where the server listens: HTTP/1.1 at one address and, when asked for, HTTP/2 without TLS at another.</summary>
internal static class Listeners
{
    /// <summary>Adds a listener for HTTP/1.1 and, when an address is given, one for HTTP/2.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="httpUrl">Of HTTP/1.1; port 0 means any free one.</param>
    /// <param name="http2Url">Of HTTP/2; null means no such listener.</param>
    /// <param name="limits">The longest body and the most connections.</param>
    /// <exception cref="BadInputException">An address is none, or is not plain HTTP.</exception>
    public static void Add(WebApplicationBuilder builder, string httpUrl, string? http2Url, RequestLimits limits)
    {
        // The web host's own keys for addresses would be overridden with a warning: only the engine's configuration says where it listens.
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal) { ["urls"] = "", ["http_ports"] = "", ["https_ports"] = "" };
        Add(keys, "Http1", httpUrl);
        if (http2Url is not null)
            Add(keys, "Http2", http2Url);
        builder.Configuration.AddInMemoryCollection(keys);
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.ConfigureEndpointDefaults(e => e.Use(next => connection =>
            {
                o.ApplicationServices.GetRequiredService<ServeStop>().Connected();
                return next(connection);
            }));
            o.Limits.MaxRequestBodySize = limits.MaxRequestBytes;
            o.Limits.MaxConcurrentConnections = limits.MaxConnections;
        });
    }

    private static void Add(Dictionary<string, string?> keys, string protocol, string url)
    {
        if (ProblemOf(url) is { } remedy)
            throw new BadInputException(protocol == "Http1" ? "httpUrl" : "http2Url", url, "an address such as http://localhost:5080", remedy);
        keys[$"Kestrel:Endpoints:{protocol}:Url"] = url;
        keys[$"Kestrel:Endpoints:{protocol}:Protocols"] = protocol;
    }

    // The web server takes a host name that it does not know for every address of the machine: a slip of the pen would open it to the network.
    private static string? ProblemOf(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return "Write scheme, host and port.";
        }
        if (address.Scheme != Uri.UriSchemeHttp)
            return "TLS is ended by what stands in front of the server.";
        if (address.IsUnixPipe || address.IsNamedPipe)
            return null;
        if (address.PathBase.Length > 0)
            return "Leave the path out: pages are at the root.";
        if (address.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            return "A port is 0 to 65535; 0 takes a free one.";
        if (address.Host == "localhost")
            return address.Port == 0 ? "A free port is taken at a number: http://127.0.0.1:0." : null;
        return address.Host is "*" or "+" || IPAddress.TryParse(address.Host.Trim('[', ']'), out _) ? null
            : "A host is localhost or an IP address; * is every address of this machine.";
    }
}
