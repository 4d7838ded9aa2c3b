using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Host.Http;

/// <summary>Real-time scoring by an endpoint in another process. An endpoint that cannot be reached is an outcome, so that the router answers by the contract.
/// Thread-safe.</summary>
internal sealed class RemoteRealtime : IRealtimeScoring, IDisposable
{
    // An endpoint that is taken out of a name's addresses is asked no more after this.
    private static readonly TimeSpan s_longestConnection = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(2);
    private readonly HttpClient _client;

    /// <summary>Nothing is asked yet.</summary>
    /// <param name="address">The endpoint, or what stands before several.</param>
    public RemoteRealtime(string address) => _client = new HttpClient(new SocketsHttpHandler
    {
        PooledConnectionLifetime = s_longestConnection,
        ConnectTimeout = s_connect,
    })
    { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public async Task<RealtimeOutcome> ScoreAsync(string servingName, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features,
        CancellationToken ct)
    {
        var body = RealtimeJson.Question(features);
        var page = string.Create(CultureInfo.InvariantCulture, $"{RealtimePages.Path}/{Uri.EscapeDataString(servingName)}/{snapshot.Id}");
        try
        {
            // Scoring changes nothing, so one that met a closing connection is asked again: another endpoint may take it.
            try
            {
                return await AskAsync(page, body, servingName, snapshot, ct).ConfigureAwait(false);
            }
            catch (HttpRequestException)
            {
                return await AskAsync(page, body, servingName, snapshot, ct).ConfigureAwait(false);
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or JsonException)
        {
            return new RealtimeOutcome.Failed($"The real-time endpoint of '{servingName}' cannot be asked now; the engine's log says why.", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<RealtimeOutcome> AskAsync(string page, byte[] body, string name, SnapshotInfo snapshot, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await _client.PostAsync(new Uri(page, UriKind.Relative), content, ct).ConfigureAwait(false);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => Scored(RealtimeJson.Read(json.RootElement), name, snapshot),
            HttpStatusCode.UnprocessableEntity => new RealtimeOutcome.BadFeatures(new BadInputException(Text("place"), Text("found"), Text("expected"),
                Text("remedy"))),
            HttpStatusCode.ServiceUnavailable when Text("reason") == RealtimeJson.Overloaded => new RealtimeOutcome.Overloaded(Text("error")),
            HttpStatusCode.ServiceUnavailable when Text("reason").Length > 0 => new RealtimeOutcome.Failed(Text("error")),
            var status => new RealtimeOutcome.Failed($"The real-time endpoint of '{name}' cannot score now; the engine's log says why.",
                new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"the endpoint answered with {(int)status}: {Text("error")}"))),
        };

        string Text(string part) => json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(part, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    private static RealtimeOutcome Scored(Prediction prediction, string name, SnapshotInfo snapshot) => prediction.Outputs.Count == snapshot.Outputs.Count
        ? new RealtimeOutcome.Scored(prediction, snapshot.Model, snapshot.Outputs)
        : new RealtimeOutcome.Failed($"The real-time endpoint of '{name}' gave an answer that does not go with its snapshot; the engine's log says why.",
            new HttpRequestException(string.Create(CultureInfo.InvariantCulture,
                $"the endpoint gave {prediction.Outputs.Count} outputs, snapshot {snapshot.Id} has {snapshot.Outputs.Count}")));
}
