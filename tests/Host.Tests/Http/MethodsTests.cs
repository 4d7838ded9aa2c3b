namespace BatchEngine.Host.Tests.Http;

/// <summary>What each page says to a method it does not know.</summary>
public sealed class MethodsTests
{
    [Theory]
    [InlineData("PUT", "/v1/predictions/k/1", "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/v1/predictions/k/1", "GET, HEAD, POST")]
    [InlineData("DELETE", "/v1/predictions/k/1", "GET, HEAD, POST")]
    [InlineData("GET", "/v1/predictions/k", "POST")]
    [InlineData("HEAD", "/v1/predictions/k", "POST")]
    [InlineData("POST", "/readyz", "GET, HEAD")]
    [InlineData("POST", "/healthz", "GET, HEAD")]
    [InlineData("PATCH", "/runs/k_20261101T020000Z", "GET, HEAD")]
    public async Task Method_ThatAPageDoesNotKnow_Is405WithThoseItKnows(string method, string page, string allowed)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var answer = await served.AskAsync(method, page);
        Assert.Equal((405, allowed), (answer.Status, answer.Headers["allow"]));
    }

    [Theory]
    [InlineData("/v1/predictions/k/1", 200)]
    [InlineData("/v1/predictions/k/2", 404)]
    [InlineData("/v1/predictions/nobody/2", 404)]
    [InlineData("/healthz", 200)]
    [InlineData("/readyz", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/runs/k_20261101T020000Z", 200)]
    [InlineData("/nowhere", 404)]
    public async Task Head_AnyPage_IsAnsweredAsGetIsWithoutABody(string page, int status)
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        using var connection = await RawConnection.OpenAsync(served.Address);
        await connection.SendAsync(RawConnection.Request("HEAD", page, null));
        var head = await connection.ReadAsync("HEAD");
        await connection.SendAsync(RawConnection.Request("GET", page, null));
        var get = await connection.ReadAsync();
        Assert.Equal((status, status), (head.Status, get.Status));
        Assert.Equal(get.Headers["content-type"], head.Headers["content-type"]);
    }
}
