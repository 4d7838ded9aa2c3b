using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Http;

/// <summary>What a caller is told whose body cannot be used: always a status of its own fault, and where it is.</summary>
public sealed class RequestBodiesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"keys": [1, 2, "x", 4]}""", 2, "keys[2]")]
    [InlineData("""{"keys": [1, 2.5]}""", 1, "2.5")]
    [InlineData("""{"keys": [1, null]}""", 1, "null")]
    [InlineData("""{"keys": [1, "\ud800"]}""", 1, "surrogate")]
    [InlineData("""{"keys": [1, 99999999999999999999]}""", 1, "64-bit")]
    [InlineData("""{"items": [{"key": 1}, {"kye": 2}]}""", 1, "Did you mean key?")]
    [InlineData("""{"items": [{"key": 1}, 2]}""", 1, "an object")]
    [InlineData("""{"items": [{"key": 1, "feature": {}}]}""", 0, "Did you mean features?")]
    [InlineData("""{"items": [{"key": 1, "key": 2}]}""", 0, "twice")]
    [InlineData("""{"items": [{"key": 1, "features": {"a": 1, "a": 2}}]}""", 0, "twice")]
    [InlineData("""{"items": [{"key": 1, "features": {"a": [[1]]}}]}""", 0, "features.a")]
    [InlineData("""{"items": [{"key": 1, "features": {"a": 1e999}}]}""", 0, "1e999")]
    [InlineData("""{"items": [{"key": 1, "features": {"\udc00": 1}}]}""", 0, "surrogate")]
    [InlineData("""{"items": [{"key": 1, "features": {"a": "\ud800x"}}]}""", 0, "surrogate")]
    [InlineData("""{"items": [{"key": 1, "features": null}]}""", 0, "null")]
    public async Task Batch_OneItemThatCannotBeUsed_IsNamedAndNothingIsCounted(string body, int index, string words)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1, 2);
        var (status, text) = await served.BatchAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(index, json.RootElement.GetProperty("index").GetInt32());
        Assert.Contains(words, json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(served.Answered.Drain());
    }

    [Theory]
    [InlineData("""{"keys": [1], "items": []}""", "both")]
    [InlineData("{}", "neither")]
    [InlineData("""{"kyes": [1]}""", "Did you mean keys?")]
    [InlineData("""{"keys": [1], "keys": [2]}""", "twice")]
    [InlineData("""{"keys": 1}""", "a number")]
    [InlineData("[1]", "a list")]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\"keys\": [1,\n 2,, 3]}", "line 2, byte 4")]
    [InlineData("""{"keys": [042]}""", "no JSON")]
    [InlineData("""{"keys": [NaN]}""", "no JSON")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]", "no JSON")]
    public async Task Batch_BodyThatIsNone_SaysWhereInOurWords(string body, string words)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1, 2);
        var (status, text) = await served.BatchAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePositionInLine", text, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Log.All, l => l.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("""{"feature": {"age": 1}}""", "Did you mean features?")]
    [InlineData("""{"features": {"age": 1}, "features": {}}""", "twice")]
    [InlineData("""{"features": 3}""", "a number")]
    public async Task Post_OneKeyWithABodyThatIsNone_IsRefused(string body, string words)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var answer = await served.AskAsync("POST", "/v1/predictions/k/1", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(words, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_BytesThatAreNoUtf8_AreRefused()
    {
        await using var served = await ServedKeys.OfTextAsync("a");
        using var content = new ByteArrayContent([.. "{\"keys\": [\""u8, 0xff, .. "\"]}"u8]);
        using var answer = await served.Client.PostAsync(new Uri("/v1/predictions/k", UriKind.Relative), content, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("UTF-8", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_BodyTooLong_Is413(bool declared)
    {
        await using var served = await ServedKeys.OfAsync([PredictionKey.Of(1)], configuration: c => c with { Requests = new RequestLimits(10, 2_000) });
        using var content = new StringContent($$"""{"keys": [1{{new string(' ', 3_000)}}]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/predictions/k") { Content = content };
        request.Headers.TransferEncodingChunked = !declared;
        using var answer = await served.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("2000", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", 200)]
    [InlineData("deflate", 200)]
    [InlineData("br", 415)]
    [InlineData("gzip, gzip", 415)]
    [InlineData("identity", 400)]
    public async Task Batch_EncodedBody_IsDecodedOr415(string encoding, int status)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        using var answer = await SendEncodedAsync(served, """{"keys": [1]}""", encoding);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 415)
            Assert.Equal("gzip, deflate", answer.Headers.GetValues("Accept-Encoding").Single());
    }

    [Fact]
    public async Task Batch_EncodedBodyThatGrowsBeyondTheLimit_Is413()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        using var bomb = await SendEncodedAsync(served, $$"""{"keys": [1{{new string(' ', 50 << 20)}}]}""", "gzip");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.StatusCode);
    }

    [Fact]
    public async Task Batch_BodyThatDoesNotCome_Is408AndEndsTheConnection()
    {
        await using var served = await ServedKeys.OfAsync([PredictionKey.Of(1)],
            configuration: c => c with { Requests = RequestLimits.Default with { Timeout = TimeSpan.FromMilliseconds(300) } });
        using var connection = await RawConnection.OpenAsync(served.Address);
        await connection.SendAsync("POST /v1/predictions/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"keys\"");
        var answer = await connection.ReadAsync("POST");
        Assert.Equal((408, "close"), (answer.Status, answer.Headers["connection"]));
        Assert.Contains("requests.timeout", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_MoreBytesThanRequestsMayHold_Is503AndComesAgain()
    {
        await using var served = await ServedKeys.OfAsync([PredictionKey.Of(1)],
            configuration: c => c with { Requests = RequestLimits.Default with { MaxBytesInFlight = 1 << 20 } });
        var body = $$"""{"keys": [1{{new string(' ', 400_000)}}]}""";
        using var content = new StringContent(body);
        using var answer = await served.Client.PostAsync(new Uri("/v1/predictions/k", UriKind.Relative), content, Ct);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (answer.StatusCode, answer.Headers.GetValues("Retry-After").Single()));
        for (var again = 0; again < 50; again++)
            Assert.Equal(HttpStatusCode.OK, (await served.BatchAsync("""{"keys": [1]}""")).Status);
    }

    [Fact]
    public async Task Batch_CharsetThatIsNotRead_Is415()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        using var content = new ByteArrayContent(Encoding.Unicode.GetBytes("""{"keys": [1]}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-16");
        using var answer = await served.Client.PostAsync(new Uri("/v1/predictions/k", UriKind.Relative), content, Ct);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Failure_AnyOfTheCaller_CarriesTheNumberOfItsRequest()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var own = await served.AskAsync("GET", "/v1/predictions/k/x", null, "X-Request-Id: order-17");
        Assert.Equal(("order-17", "order-17"), (own.Json().GetProperty("requestId").GetString(), own.Headers["x-request-id"]));
        var given = await served.AskAsync("GET", "/v1/predictions/k/x", null, "X-Request-Id: a b<c");
        Assert.NotEqual("a b<c", given.Json().GetProperty("requestId").GetString());
        Assert.NotEqual("", given.Headers["x-request-id"]);
        var @long = await served.AskAsync("GET", $"/v1/predictions/k/{new string('x', 4_000)}");
        Assert.InRange(@long.Body.Length, 1, 1_500);
    }

    [Fact]
    public async Task Batch_NameThatIsNotServed_Is404AsOneKeyIs()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        Assert.Equal(HttpStatusCode.NotFound, (await served.BatchAsync("""{"keys": [1]}""", "nobody")).Status);
        Assert.Equal(404, (await served.AskAsync("GET", "/v1/predictions/nobody/1")).Status);
    }

    [Fact]
    public async Task NoSnapshot_OneKeyAndManyKeys_Are503AndCounted()
    {
        await using var served = await ServedKeys.OfAsync([]);
        var one = await served.AskAsync("GET", "/v1/predictions/k/1");
        Assert.Equal((503, "1", "noSnapshot"), (one.Status, one.Headers["retry-after"], one.Json().GetProperty("whyNotRealtime").GetString()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.BatchAsync("""{"keys": [1, 2, 3]}""")).Status);
        Assert.Equal(4, served.Answered.Drain().Sum(t => t.Count));
    }

    private static async Task<HttpResponseMessage> SendEncodedAsync(ServedKeys served, string body, string encoding)
    {
        using var bytes = new MemoryStream();
        await using (var encoder = encoding == "deflate" ? (Stream)new ZLibStream(bytes, CompressionLevel.Fastest, true)
            : new GZipStream(bytes, CompressionLevel.Fastest, true))
            await encoder.WriteAsync(Encoding.UTF8.GetBytes(body), Ct);
        using var content = new ByteArrayContent(bytes.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await served.Client.PostAsync(new Uri("/v1/predictions/k", UriKind.Relative), content, Ct);
    }
}
