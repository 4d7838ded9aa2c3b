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
        if (!IsPlain(url))
            throw new BadInputException(protocol == "Http1" ? "httpUrl" : "http2Url", url, "an address such as http://localhost:5080",
                "TLS is ended by what stands in front of the server.");
        keys[$"Kestrel:Endpoints:{protocol}:Url"] = url;
        keys[$"Kestrel:Endpoints:{protocol}:Protocols"] = protocol;
    }

    private static bool IsPlain(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Scheme == Uri.UriSchemeHttp;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
