using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Unicode;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;

namespace BatchEngine.Host.Http;

/// <summary>The JSON object that a request carries, read within the limits. Not thread-safe; its memory is given back when disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private const string Encodings = "gzip, deflate";
    private const int FirstBytes = 4_096;
    private const int MaxDepth = 16;

    // A number of two bytes, "1,", is twelve bytes of what the parser notes.
    private const int NotesPerByte = 6;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    private readonly BytesInFlight _budget;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _count;
    private long _taken;
    private JsonDocument? _document;

    private RequestBody(BytesInFlight budget) => _budget = budget;

    /// <summary>The object.</summary>
    public JsonElement Object => _document!.RootElement;

    /// <summary>Reads and parses the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limits">How long and how late it may be.</param>
    /// <param name="budget">What all requests may hold.</param>
    /// <param name="hurry">Gives a body up that has not come yet: the process stops.</param>
    /// <exception cref="RequestProblemException">It is too long, too late, or encoded in a way that is not known.</exception>
    /// <exception cref="BadInputException">It is no JSON object.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, RequestLimits limits, BytesInFlight budget, CancellationToken hurry)
    {
        var body = new RequestBody(budget);
        try
        {
            await body.FillAsync(context, limits, hurry).ConfigureAwait(false);
            body.Parse();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>What somebody reads whose body is too long.</summary>
    public static string TooLarge(int most) => string.Create(CultureInfo.InvariantCulture,
        $"The request's body is longer than {most} bytes (requests.maxRequestBytes). Send it in several requests.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _document?.Dispose();
        _document = null;
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _budget.Give(_taken);
        _taken = 0;
    }

    private async Task FillAsync(HttpContext context, RequestLimits limits, CancellationToken hurry)
    {
        RequireUtf8(context.Request);
        Take(_bytes.Length);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, hurry);
        limit.CancelAfter(limits.Timeout);
        try
        {
            var stream = Decoded(context.Request);
            await using (stream.ConfigureAwait(false))
            {
                for (var read = 1; read > 0; _count += read)
                {
                    if (_count == _bytes.Length)
                        Grow();
                    read = await stream.ReadAsync(_bytes.AsMemory(_count), limit.Token).ConfigureAwait(false);
                    if (_count + read > limits.MaxRequestBytes)
                        throw new RequestProblemException(StatusCodes.Status413PayloadTooLarge, TooLarge(limits.MaxRequestBytes)) { EndsConnection = true };
                }
            }
        }
        catch (InvalidDataException problem)
        {
            throw new BadInputException("request body", "bytes that are not encoded as Content-Encoding says", Encodings + " or no encoding",
                "Encode the body as its header says.", problem);
        }
        catch (OperationCanceledException) when (hurry.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new RequestProblemException(StatusCodes.Status503ServiceUnavailable, "The engine stops and the request had not come yet; ask another one.")
            {
                EndsConnection = true,
            };
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new RequestProblemException(StatusCodes.Status408RequestTimeout, string.Create(CultureInfo.InvariantCulture,
                $"The request did not come within {limits.Timeout.TotalSeconds:0} s (requests.timeout)."))
            { EndsConnection = true };
        }
    }

    private void Parse()
    {
        var json = _bytes.AsMemory(0, _count);
        if (json.Span.StartsWith(ByteOrderMark))
            json = json[3..];
        if (!Utf8.IsValid(json.Span))
            throw Unusable("bytes that are no UTF-8", null);
        Take((long)_bytes.Length * NotesPerByte);
        try
        {
            _document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException problem)
        {
            throw Unusable(string.Create(CultureInfo.InvariantCulture,
                $"no JSON from line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1} on"), problem);
        }
        if (Object.ValueKind != JsonValueKind.Object)
            throw Unusable(JsonWords.KindOf(Object), null);
    }

    private static BadInputException Unusable(string seen, Exception? inner) =>
        new("request body", seen, "a JSON object", "Send {\"features\": {...}}, {\"keys\": [...]} or {\"items\": [...]}.", inner);

    private static void RequireUtf8(HttpRequest request)
    {
        if (request.GetTypedHeaders().ContentType is { Charset.HasValue: true } type
            && !type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            && !type.Charset.Value.Trim('"').Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
        {
            throw new RequestProblemException(StatusCodes.Status415UnsupportedMediaType, $"The charset {type.Charset} is not read; send UTF-8.");
        }
    }

    private static Stream Decoded(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        return encoding switch
        {
            "" or "identity" => request.Body,
            "gzip" or "x-gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
            "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
            _ => throw new RequestProblemException(StatusCodes.Status415UnsupportedMediaType,
                $"The content encoding '{encoding}' is not read; {Encodings} and none are.")
            { AcceptEncoding = Encodings },
        };
    }

    private void Grow()
    {
        var more = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
        Take(more.Length - _bytes.Length);
        _bytes.AsSpan(0, _count).CopyTo(more);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = more;
    }

    private void Take(long bytes)
    {
        _budget.Take(bytes);
        _taken += bytes;
    }
}
