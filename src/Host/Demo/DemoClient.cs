using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Demo;

/// <summary>Asks the demo's server like an application would, and shows question and answer.</summary>
internal sealed class DemoClient(string address, Screen screen) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address) };

    /// <summary>The features of one made-up customer.</summary>
    public static string Customer { get; } = """
        {"signup_date":"2024-03-05","last_order_at":"2026-10-01T12:00:00Z","country":"DE","plan":"basic","age":41,"orders_90d":1,"revenue_90d":19.5,
         "avg_basket":19.5,"support_tickets":3,"discount_share":0.7,"is_business":false,"balance":0.0,"email_domain":"example.org","visits_30d":2}
        """;

    /// <summary>One key.</summary>
    /// <returns>Whether the answer came from the expected source.</returns>
    public async Task<bool> GetAsync(string name, long key, string expectedSource, string caption, CancellationToken ct)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/predictions/{name}/{key}");
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), ct).ConfigureAwait(false);
        return await ShowAsync($"GET {path}", answer, expectedSource, caption, ct).ConfigureAwait(false);
    }

    /// <summary>One key with features.</summary>
    /// <returns>Whether the answer came from the expected source.</returns>
    public async Task<bool> PostAsync(string name, long key, string features, string expectedSource, string caption, CancellationToken ct)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/predictions/{name}/{key}");
        using var content = new StringContent($"{{\"features\":{features}}}", Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content, ct).ConfigureAwait(false);
        return await ShowAsync($"POST {path} {{\"features\": ...}}", answer, expectedSource, caption, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<bool> ShowAsync(string question, HttpResponseMessage answer, string expectedSource, string caption, CancellationToken ct)
    {
        var body = await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        var lines = (string[])[$"  {question}   ({caption})", $"    {(int)answer.StatusCode} {body}"];
        foreach (var line in lines)
        {
            if (screen.Json)
                screen.Note(line);
            else
                screen.Line(line);
        }

        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("source", out var source) && source.GetString() == expectedSource;
    }
}
