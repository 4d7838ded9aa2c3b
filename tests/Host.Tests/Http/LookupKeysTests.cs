using System.Net;
using System.Text.Json;

namespace BatchEngine.Host.Tests.Http;

/// <summary>A key is decoded exactly once, and comes back as the snapshot writes it.</summary>
public sealed class LookupKeysTests
{
    private static readonly string[] Texts = ["a%2Fb", "a/b", "a%252Fb", "a b", "a+b", "größe/7", "?x=1#y", "a%", "%", "/", "..", "a;b=c", "\\", "a//b", "."];

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("a%25252Fb", "a%252Fb")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%2Bb", "a+b")]
    [InlineData("gr%C3%B6%C3%9Fe%2F7", "größe/7")]
    [InlineData("%3Fx%3D1%23y?x=2", "?x=1#y")]
    [InlineData("a%25", "a%")]
    [InlineData("%25", "%")]
    [InlineData("%2F", "/")]
    [InlineData("a;b=c", "a;b=c")]
    [InlineData("%5C", "\\")]
    [InlineData("a%2F%2Fb", "a//b")]
    public async Task Get_EncodedKey_IsDecodedExactlyOnce(string written, string key)
    {
        await using var served = await ServedKeys.OfTextAsync(Texts);
        var one = await served.AskAsync("GET", $"/v1/predictions/k/{written}");
        Assert.Equal((200, key), (one.Status, one.Json().GetProperty("key").GetString()));
        Assert.Equal(Array.IndexOf(Texts, key), one.Json().GetProperty("outputs").GetProperty("score").GetSingle());
        var posted = await served.AskAsync("POST", $"/v1/predictions/%6B/{written}", "{}");
        Assert.Equal((200, key), (posted.Status, posted.Json().GetProperty("key").GetString()));
        var absolute = await served.AskAsync("GET", $"http://localhost/v1/predictions/k/{written}");
        Assert.Equal((200, key), (absolute.Status, absolute.Json().GetProperty("key").GetString()));
    }

    [Fact]
    public async Task Batch_TextKeys_AreTakenAsTheyStand()
    {
        await using var served = await ServedKeys.OfTextAsync(Texts);
        var (status, text) = await served.BatchAsync(JsonSerializer.Serialize(new { keys = Texts }));
        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(Texts, json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("key").GetString()));
        Assert.Equal(Enumerable.Range(0, Texts.Length),
            json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => (int)p.GetProperty("outputs").GetProperty("score").GetSingle()));
    }

    [Theory]
    [InlineData("a%2", "a%2")]
    [InlineData("a%zz", "a%zz")]
    [InlineData("%C3", "%C3")]
    [InlineData("%ED%A0%80", "%ED%A0%80")]
    public async Task Get_KeyThatIsNoEncodedText_IsRefusedAndNamed(string written, string seen)
    {
        await using var served = await ServedKeys.OfTextAsync(Texts);
        var answer = await served.AskAsync("GET", $"/v1/predictions/k/{written}");
        Assert.Equal(400, answer.Status);
        Assert.Contains($"'{seen}'", answer.Json().GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/predictions/k/a/b")]
    [InlineData("/v1/predictions/k/x/../a")]
    [InlineData("/v1/predictions/k/x/%2E%2E/a")]
    [InlineData("/v1/predictions/k/a/")]
    [InlineData("/v1/predictions/other/../k/%2F")]
    public async Task Get_PathWithMoreParts_IsNoKey(string target)
    {
        await using var served = await ServedKeys.OfTextAsync(["a", .. Texts]);
        var answer = await served.AskAsync("GET", target);
        Assert.Equal(404, answer.Status);
        Assert.Contains("%2F", answer.Json().GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("42", 42)]
    [InlineData("042", 42)]
    [InlineData("%2B42", 42)]
    [InlineData("+42", 42)]
    [InlineData("-0", 0)]
    [InlineData("-7", -7)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public async Task Get_IntegerKey_ComesBackAsTheNumberOfTheSnapshot(string written, long key)
    {
        await using var served = await ServedKeys.OfNumbersAsync(42, 0, -7, long.MaxValue);
        var answer = await served.AskAsync("GET", $"/v1/predictions/k/{written}");
        Assert.Equal(200, answer.Status);
        Assert.Equal((JsonValueKind.Number, key), (answer.Json().GetProperty("key").ValueKind, answer.Json().GetProperty("key").GetInt64()));
    }

    [Fact]
    public async Task Batch_IntegerKeys_ComeBackAsTheNumbersOfTheSnapshot()
    {
        await using var served = await ServedKeys.OfNumbersAsync(42);
        var (_, text) = await served.BatchAsync("""{"keys": [42, "42", "042", "+42", 43, "043"]}""");
        using var json = JsonDocument.Parse(text);
        Assert.Equal([42, 42, 42, 42, 43, 43], json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("key").GetInt64()));
    }

    [Fact]
    public async Task Batch_NumberForATextKey_ComesBackAsText()
    {
        await using var served = await ServedKeys.OfTextAsync("42", "042");
        var (_, text) = await served.BatchAsync("""{"keys": [42, "042"]}""");
        using var json = JsonDocument.Parse(text);
        Assert.Equal(["42", "042"], json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("key").GetString()));
    }
}
