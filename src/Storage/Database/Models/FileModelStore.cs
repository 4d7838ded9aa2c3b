using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Models;

/// <summary>Models that runs were planned with from a file that is not registered, by digest. Their blobs are named while such a run goes on. Thread-safe;
/// every method may be repeated.</summary>
/// <param name="database">The database.</param>
public sealed class FileModelStore(StateDatabase database)
{
    /// <summary>Records where the bytes lie; a digest that is there already is left alone.</summary>
    public Task SaveAsync(StoredModel model, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var isNew = await tx.ExecuteAsync("""
            INSERT INTO file_models (digest, blob_name, bytes, stored_at) VALUES (@digest, @BlobName, @Bytes, @now) ON CONFLICT (digest) DO NOTHING
            """, new { digest = model.Digest.Hex, model.BlobName, model.Bytes, now = tx.NowMicroseconds }).ConfigureAwait(false) == 1;
        foreach (var (file, blob) in isNew ? model.Weights : [])
        {
            await tx.ExecuteAsync("""
                INSERT INTO file_model_weights (model_digest, location, digest, blob_name, bytes) VALUES (@model, @location, @digest, @blob, @bytes)
                """, new { model = model.Digest.Hex, location = file.Location, digest = file.Digest.Hex, blob, bytes = file.Bytes }).ConfigureAwait(false);
        }
        return isNew;
    }, ct);

    /// <summary>The model with the digest; null means that none was planned.</summary>
    public Task<StoredModel?> FindAsync(Digest digest, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
    {
        if (await tx.FindAsync<Row>("SELECT blob_name, bytes FROM file_models WHERE digest = @digest", new { digest = digest.Hex }).ConfigureAwait(false)
            is not { } model)
            return null;
        var weights = await tx.QueryAsync<Row>("""
            SELECT location, digest, blob_name, bytes FROM file_model_weights WHERE model_digest = @digest ORDER BY location
            """, new { digest = digest.Hex }).ConfigureAwait(false);
        return new StoredModel(digest, model.BlobName, model.Bytes,
            [.. weights.Select(w => new StoredWeights(new WeightFile(w.Location, Digest.Parse(w.Digest), w.Bytes), w.BlobName))]);
    }, ct);

    private sealed class Row
    {
        public string Location { get; init; } = "";
        public string Digest { get; init; } = "";
        public string BlobName { get; init; } = "";
        public long Bytes { get; init; }
    }
}
