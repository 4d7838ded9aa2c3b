using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace BatchEngine.TestKit.Objects;

/// <summary>Pages of keys and of uploads.</summary>
internal sealed class ObjectListing(int pageKeys)
{
    public XElement Objects(StoredBucket bucket, string name, IQueryCollection query)
    {
        var prefix = query["prefix"].ToString();
        var after = query["continuation-token"].ToString() is { Length: > 0 } token
            ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : query["start-after"].ToString();
        var keys = bucket.After(after, prefix).Take(Math.Min(pageKeys, MaxKeys(query, "max-keys")) + 1).ToList();
        var isTruncated = keys.Count > pageKeys;
        if (isTruncated)
            keys.RemoveAt(keys.Count - 1);
        return new XElement("ListBucketResult", new XElement("Name", name), new XElement("Prefix", prefix), new XElement("KeyCount", keys.Count),
            query["encoding-type"] == "url" ? new XElement("EncodingType", "url") : null, new XElement("IsTruncated", isTruncated),
            isTruncated ? new XElement("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(keys[^1]))) : null,
            keys.Select(k => (Key: k, Object: bucket.Find(k))).Where(e => e.Object is not null).Select(e => new XElement("Contents",
                new XElement("Key", Spelled(e.Key, query)),
                new XElement("LastModified", Time(e.Object!.WrittenAt)), new XElement("ETag", $"\"{e.Object.ETag}\""),
                new XElement("Size", e.Object.Content.Length), new XElement("StorageClass", "STANDARD"))));
    }

    public XElement Uploads(StoredBucket bucket, string name, IQueryCollection query)
    {
        var (prefix, marker) = (query["prefix"].ToString(), query["upload-id-marker"].ToString());
        var all = bucket.Uploads.Where(u => u.Value.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(u.Key, marker) > 0).ToList();
        var page = all.Take(pageKeys).ToList();
        return new XElement("ListMultipartUploadsResult", new XElement("Bucket", name),
            query["encoding-type"] == "url" ? new XElement("EncodingType", "url") : null, new XElement("IsTruncated", all.Count > page.Count),
            all.Count > page.Count ? new XElement("NextKeyMarker", Spelled(page[^1].Value.Key, query)) : null,
            all.Count > page.Count ? new XElement("NextUploadIdMarker", page[^1].Key) : null,
            page.Select(u => new XElement("Upload", new XElement("Key", Spelled(u.Value.Key, query)), new XElement("UploadId", u.Key),
                new XElement("Initiated", Time(u.Value.StartedAt)))));
    }

    // As in a form, where a space is a plus.
    private static string Spelled(string key, IQueryCollection query) => query["encoding-type"] == "url"
        ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal).Replace("%20", "+", StringComparison.Ordinal) : key;

    private static int MaxKeys(IQueryCollection query, string name) =>
        int.TryParse(query[name].ToString(), CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue - 1;

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
