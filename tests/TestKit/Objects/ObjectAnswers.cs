using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace BatchEngine.TestKit.Objects;

/// <summary>Answers requests as S3 does.</summary>
internal sealed class ObjectAnswers(ObjectServer server)
{
    private const string Region = "eu-central-1";

    public async Task AnswerAsync(HttpContext http)
    {
        var request = ObjectRequest.Of(http.Request);
        server.Begin(request);
        try
        {
            await AnswerAsync(http, request);
        }
        finally
        {
            server.End();
        }
    }

    private async Task AnswerAsync(HttpContext http, ObjectRequest request)
    {
        var fault = server.Faults.Next(request);
        switch (fault)
        {
            case ObjectFault.CutBefore:
                http.Abort();
                return;
            case ObjectFault.Slow:
                await Task.Delay(server.Faults.Delay, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case ObjectFault.Replaced:
                server.Find(request.Bucket)!.Put(request.Key, Encoding.UTF8.GetBytes("replaced by somebody else " + request.Key));
                break;
            case ObjectFault.CutAfter:
                http.Response.Body = Stream.Null;
                await CarryOutAsync(http, request, null);
                http.Abort();
                return;
        }
        if (fault is { } planned && await RefusedAsync(http, planned))
            return;
        if (server.OnlyAccessKey is { } known && !http.Request.Headers.Authorization.ToString().Contains($"Credential={known}/", StringComparison.Ordinal))
            await FailAsync(http, 400, "ExpiredToken", "The provided token has expired.");
        else if (http.Request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING", StringComparison.Ordinal))
            await FailAsync(http, 501, "NotImplemented", "A chunked body with a trailer is not known here.");
        else
            await CarryOutAsync(http, request, fault);
    }

    private static async Task<bool> RefusedAsync(HttpContext http, ObjectFault fault)
    {
        var (status, code, text) = fault switch
        {
            ObjectFault.SlowDown => (503, "SlowDown", "Please reduce your request rate."),
            ObjectFault.InternalError => (500, "InternalError", "We encountered an internal error."),
            ObjectFault.Denied => (403, "AccessDenied", "Access Denied"),
            ObjectFault.OtherRegion => (301, "PermanentRedirect", "The bucket must be addressed at its own endpoint."),
            ObjectFault.WrongRegion => (400, "AuthorizationHeaderMalformed", $"The region 'us-east-1' is wrong; expecting '{Region}'"),
            ObjectFault.TooSkewed => (403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
            ObjectFault.Expired => (400, "ExpiredToken", "The provided token has expired."),
            ObjectFault.Full => (507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."),
            _ => (0, "", ""),
        };
        if (status == 0)
            return false;
        if (fault == ObjectFault.OtherRegion)
            http.Response.Headers["x-amz-bucket-region"] = Region;
        if (fault == ObjectFault.TooSkewed)
            http.Response.Headers.Date = DateTimeOffset.UtcNow.AddMinutes(20).ToString("R", CultureInfo.InvariantCulture);
        await FailAsync(http, status, code, text);
        return true;
    }

    private async Task CarryOutAsync(HttpContext http, ObjectRequest request, ObjectFault? fault)
    {
        if (server.Find(request.Bucket) is not { } bucket)
        {
            await FailAsync(http, 404, "NoSuchBucket", "The specified bucket does not exist");
            return;
        }
        var body = await BodyAsync(http.Request);
        if (http.Request.Headers["x-amz-checksum-crc32"].ToString() is { Length: > 0 } crc && crc != Crc(body))
        {
            await FailAsync(http, 400, "XAmzContentChecksumMismatch", "The body does not have the checksum that was sent.");
            return;
        }
        switch (request.Operation)
        {
            case "PutObject":
                await PutAsync(http, bucket, request.Key, body);
                break;
            case "GetObject" or "HeadObject":
                await GetAsync(http, bucket, request.Key, fault);
                break;
            case "DeleteObject":
                bucket.Delete(request.Key);
                http.Response.StatusCode = 204;
                break;
            case "ListObjects":
                await XmlAsync(http, new ObjectListing(server.PageKeys).Objects(bucket, request.Bucket, http.Request.Query));
                break;
            case "ListUploads":
                await XmlAsync(http, new ObjectListing(server.PageKeys).Uploads(bucket, request.Bucket, http.Request.Query));
                break;
            default:
                await UploadAsync(http, bucket, request, body);
                break;
        }
    }

    private async Task PutAsync(HttpContext http, StoredBucket bucket, string key, byte[] body)
    {
        var isConditional = http.Request.Headers.IfNoneMatch == "*";
        if (isConditional && server.RefusesConditions)
            await FailAsync(http, 501, "NotImplemented", "A header you provided implies functionality that is not implemented.");
        else if (bucket.Put(key, body, Metadata(http.Request), isConditional && server.HeedsConditions) is { } made)
            http.Response.Headers.ETag = $"\"{made.ETag}\"";
        else
            await FailAsync(http, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    }

    private static async Task GetAsync(HttpContext http, StoredBucket bucket, string key, ObjectFault? fault)
    {
        if (bucket.Find(key) is not { } found)
        {
            await FailAsync(http, 404, "NoSuchKey", "The specified key does not exist.");
            return;
        }
        if (http.Request.Headers.IfMatch.ToString().Trim('"') is { Length: > 0 } wanted && wanted != found.ETag)
        {
            await FailAsync(http, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
            return;
        }
        var (from, count) = (0, found.Content.Length);
        if (http.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            var ends = range["bytes=".Length..].Split('-');
            from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            if (from >= found.Content.Length)
            {
                await FailAsync(http, 416, "InvalidRange", "The requested range is not satisfiable");
                return;
            }
            count = Math.Min(int.Parse(ends[1], CultureInfo.InvariantCulture), found.Content.Length - 1) - from + 1;
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + count - 1}/{found.Content.Length}");
        }
        http.Response.Headers.ETag = $"\"{found.ETag}\"";
        http.Response.Headers.LastModified = found.WrittenAt.ToString("R", CultureInfo.InvariantCulture);
        http.Response.ContentLength = count;
        foreach (var (name, value) in found.Metadata)
            http.Response.Headers[name] = value;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        await SendAsync(http, found.Content.AsMemory(from, count), fault);
    }

    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> content, ObjectFault? fault)
    {
        if (fault == ObjectFault.CutBody)
        {
            await http.Response.Body.WriteAsync(content[..(content.Length / 2)]);
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }
        if (fault == ObjectFault.WrongByte && content.Length > 0)
        {
            var damaged = content.ToArray();
            damaged[damaged.Length / 2] ^= 1;
            content = damaged;
        }
        await http.Response.Body.WriteAsync(content);
    }

    private static async Task UploadAsync(HttpContext http, StoredBucket bucket, ObjectRequest request, byte[] body)
    {
        var id = http.Request.Query["uploadId"].ToString();
        switch (request.Operation)
        {
            case "StartUpload":
                await XmlAsync(http, new XElement("InitiateMultipartUploadResult", new XElement("Bucket", request.Bucket), new XElement("Key", request.Key),
                    new XElement("UploadId", bucket.Start(request.Key, Metadata(http.Request)))));
                break;
            case "UploadPart" when bucket.Add(id, int.Parse(http.Request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture), body):
                http.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(body))}\"";
                break;
            case "CompleteUpload" when bucket.Complete(id) is { } made:
                await XmlAsync(http, new XElement("CompleteMultipartUploadResult", new XElement("Bucket", request.Bucket), new XElement("Key", request.Key),
                    new XElement("ETag", $"\"{made.ETag}\"")));
                break;
            case "AbortUpload" when bucket.Abort(id):
                http.Response.StatusCode = 204;
                break;
            case "Unknown":
                await FailAsync(http, 501, "NotImplemented", "This is not known here.");
                break;
            default:
                await FailAsync(http, 404, "NoSuchUpload", "The specified multipart upload does not exist.");
                break;
        }
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static Dictionary<string, string> Metadata(HttpRequest request) => request.Headers
        .Where(h => h.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)).ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());

    private static string Crc(byte[] content)
    {
        var crc = Crc32.Hash(content);
        Array.Reverse(crc);
        return Convert.ToBase64String(crc);
    }

    private static async Task FailAsync(HttpContext http, int status, string code, string text)
    {
        http.Response.StatusCode = status;
        if (!HttpMethods.IsHead(http.Request.Method))
            await XmlAsync(http, new XElement("Error", new XElement("Code", code), new XElement("Message", text), new XElement("RequestId", "1")));
    }

    private static async Task XmlAsync(HttpContext http, XElement content)
    {
        var body = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + content.ToString(SaveOptions.DisableFormatting));
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body);
    }
}
