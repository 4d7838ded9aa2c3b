using Microsoft.AspNetCore.Http;

namespace BatchEngine.TestKit.Objects;

/// <summary>What a request asks for.</summary>
/// <param name="Operation">"PutObject", "GetObject", "HeadObject", "DeleteObject", "ListObjects", "StartUpload", "UploadPart", "CompleteUpload", "AbortUpload",
/// "ListUploads" or "Unknown".</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key; empty for the bucket itself.</param>
public sealed record ObjectRequest(string Operation, string Bucket, string Key)
{
    /// <summary>Reads method, path and query.</summary>
    public static ObjectRequest Of(HttpRequest request)
    {
        // The path of the request as it was sent: the server's own decoding leaves %2F alone.
        var path = Uri.UnescapeDataString(request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0])
            .TrimStart('/').Split('/', 2);
        var (bucket, key) = (path[0], path.Length == 2 ? path[1] : "");
        var query = request.Query;
        var operation = (request.Method, key.Length > 0) switch
        {
            ("GET", false) when query.ContainsKey("uploads") => "ListUploads",
            ("GET", false) => "ListObjects",
            ("GET", true) => "GetObject",
            ("HEAD", true) => "HeadObject",
            ("PUT", true) when query.ContainsKey("uploadId") => "UploadPart",
            ("PUT", true) => "PutObject",
            ("POST", true) when query.ContainsKey("uploads") => "StartUpload",
            ("POST", true) when query.ContainsKey("uploadId") => "CompleteUpload",
            ("DELETE", true) when query.ContainsKey("uploadId") => "AbortUpload",
            ("DELETE", true) => "DeleteObject",
            _ => "Unknown",
        };
        return new ObjectRequest(operation, bucket, key);
    }
}
