using System.Text.Json;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.TestKit.Databases;

/// <summary>Every blob that a row names, found without asking <see cref="NamedBlobs"/>.</summary>
public static class AllNames
{
    /// <summary>The names in receipts, checkpoints of unfinished shards, segments and models. What of a run was retired names nothing.</summary>
    public static Task<IReadOnlySet<string>> AllBlobNamesAsync(this StateDatabase database, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlySet<string>>(async tx =>
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in await tx.QueryAsync<string>("""
                SELECT r.run_id || ' ' || r.receipt_json FROM receipts r UNION ALL SELECT c.run_id || ' ' || c.checkpoint_json FROM checkpoints c
                WHERE NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = c.run_id AND r.shard_index = c.shard_index)
                """).ConfigureAwait(false))
            {
                var (run, json) = (row[..row.IndexOf(' ', StringComparison.Ordinal)], row[row.IndexOf('{', StringComparison.Ordinal)..]);
                var retired = await tx.QueryAsync<string>("SELECT part FROM retired_parts WHERE run_id = @run", new { run }).ConfigureAwait(false);
                using var document = JsonDocument.Parse(json);
                Collect(document.RootElement, retired, names);
            }
            names.UnionWith(await tx.QueryAsync<string>("""
                SELECT blob_name FROM segments UNION SELECT blob_name FROM models UNION SELECT blob_name FROM model_files
                UNION SELECT m.blob_name FROM file_models m JOIN runs r ON r.model_digest = m.digest WHERE r.model_number = 0 AND r.ended_at IS NULL
                UNION SELECT m.blob_name FROM file_model_weights m JOIN runs r ON r.model_digest = m.model_digest
                    WHERE r.model_number = 0 AND r.ended_at IS NULL
                """).ConfigureAwait(false));
            return names;
        }, ct);

    private static void Collect(JsonElement value, IReadOnlyList<string> retired, HashSet<string> names)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Collect(item, retired, names);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                // "runFile" is a file of the part "RunFiles".
                if (member.NameEquals("blobName") && !(value.TryGetProperty("kind", out var kind)
                    && retired.Any(part => part.StartsWith(kind.GetString()!, StringComparison.OrdinalIgnoreCase))))
                    names.Add(member.Value.GetString()!);
                Collect(member.Value, retired, names);
            }
        }
    }
}
