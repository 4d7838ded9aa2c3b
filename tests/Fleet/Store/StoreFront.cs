using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Fleet.Store;

/// <summary>Stands before a real object store and hands every request on as it is, or does not, by its mood. Signatures hold, since the host name and every
/// header stay.</summary>
internal sealed class StoreFront : IAsyncDisposable
{
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(400);
    private static readonly HashSet<string> s_ofTheConnection = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Transfer-Encoding", "Keep-Alive" };
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _store = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Uri _behind;

    private StoreFront(WebApplication app, Uri behind) => (_app, _behind) = (app, behind);

    /// <summary>How it answers from now on.</summary>
    public FrontMood Mood { get; set; }

    /// <summary>Listens at the address.</summary>
    public static async Task<StoreFront> StartAsync(string address, int port, Uri behind)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Parse(address), port);
            k.Limits.MaxRequestBodySize = null;
            k.Limits.MinRequestBodyDataRate = null;
            k.AllowSynchronousIO = false;
        });
        var app = builder.Build();
        var front = new StoreFront(app, behind);
        app.Run(front.AnswerAsync);
        await app.StartAsync();
        return front;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Mood == FrontMood.Busy)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/xml";
            await context.Response.WriteAsync("<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>");
            return;
        }
        if (Mood == FrontMood.Slow)
            await Task.Delay(s_late, context.RequestAborted);
        using var request = Forwarded(context.Request);
        using var answer = await _store.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !s_ofTheConnection.Contains(h.Key)))
            context.Response.Headers[name] = values.ToArray();
        if (!HttpMethods.IsHead(context.Request.Method))
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private HttpRequestMessage Forwarded(HttpRequest request)
    {
        var target = new Uri(_behind, $"{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}");
        var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), target);
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
            forwarded.Content = new StreamContent(request.Body);
        foreach (var (name, values) in request.Headers.Where(h => !s_ofTheConnection.Contains(h.Key)))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, values.ToArray()))
                forwarded.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return forwarded;
    }
}
