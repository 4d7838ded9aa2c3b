using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Models;

/// <summary>Registered model versions and the aliases that point at them, with the history of each alias. Thread-safe.</summary>
/// <remarks>Isolation: serializable; a number is the next after those that were read, a move goes on from the one that was read.</remarks>
/// <param name="database">The database.</param>
public sealed class ModelStore(StateDatabase database)
{
    private const string Query = "SELECT name, number, digest, signature_json, blob_name, bytes, registered_at FROM models";

    /// <summary>Records a model under the name's next number; the same digest under the same name is the version that is there already.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="digest">Its identity.</param>
    /// <param name="signature">What it reads and gives.</param>
    /// <param name="blobName">Its file in the blob store.</param>
    /// <param name="bytes">The length of all its files.</param>
    /// <param name="weights">The files that its graph names.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<ModelRegistration> RegisterAsync(string name, Digest digest, ModelSignature signature, string blobName, long bytes,
        IReadOnlyList<StoredWeights> weights, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (await FindOneAsync(tx, "WHERE name = @name AND digest = @digest", new { name, digest = digest.Hex }).ConfigureAwait(false) is { } existing)
            return new ModelRegistration(existing, IsNew: false);
        var number = 1 + (await tx.NumberAsync("SELECT MAX(number) FROM models WHERE name = @name", new { name }).ConfigureAwait(false) ?? 0);
        await tx.ExecuteAsync("""
            INSERT INTO models (name, number, digest, signature_json, blob_name, bytes, registered_at)
            VALUES (@name, @number, @digest, @signature, @blobName, @bytes, @now)
            """, new { name, number, digest = digest.Hex, signature = StoredJson.Write(signature), blobName, bytes, now = tx.NowMicroseconds })
            .ConfigureAwait(false);
        foreach (var (file, blob) in weights)
            await tx.ExecuteAsync("""
                INSERT INTO model_files (name, number, location, digest, blob_name, bytes) VALUES (@name, @number, @location, @digest, @blob, @bytes)
                """, new { name, number, location = file.Location, digest = file.Digest.Hex, blob, bytes = file.Bytes }).ConfigureAwait(false);
        return new ModelRegistration(new RegisteredModel(new ModelVersion(name, (int)number, digest), signature, blobName, bytes, tx.Now, [])
        {
            Weights = weights,
        }, IsNew: true);
    }, ct);

    /// <summary>The version; null means there is none.</summary>
    public Task<RegisteredModel?> FindAsync(string name, int number, CancellationToken ct) =>
        database.ReadTogetherAsync(tx => FindOneAsync(tx, "WHERE name = @name AND number = @number", new { name, number }), ct);

    /// <summary>The version an alias points at; null means there is no such alias.</summary>
    public Task<RegisteredModel?> ByAliasAsync(string name, string alias, CancellationToken ct) =>
        database.ReadTogetherAsync(tx =>
            FindOneAsync(tx, "WHERE name = @name AND number = (SELECT a.number FROM aliases a WHERE a.name = @name AND a.alias = @alias)",
            new { name, alias }), ct);

    /// <summary>Registered versions by name and number.</summary>
    /// <param name="name">Only of this name; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<RegisteredModel>> ListAsync(string? name, CancellationToken ct) =>
        database.ReadTogetherAsync(tx => QueryAsync(tx, name is null ? "" : "WHERE name = @name", new { name }), ct);

    /// <summary>Points the alias at a version; pointing it where it points already does nothing. The move is kept.</summary>
    /// <exception cref="BadInputException">There is no such version.</exception>
    public Task MoveAliasAsync(string name, string alias, int number, string who, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (await tx.NumberAsync("SELECT COUNT(*) FROM models WHERE name = @name AND number = @number", new { name, number }).ConfigureAwait(false) == 0)
            throw new BadInputException("model", $"{name}:{number}", "a registered version", "List the registered models with: batchengine models list.");
        var current = await CurrentMoveAsync(tx, name, alias).ConfigureAwait(false);
        if (current?.ToNumber != number)
            await MoveAsync(tx, name, alias, current?.ToNumber, number, current?.MoveNumber, isRollback: false, who).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Points the alias where it pointed before its present version; repeated calls go further back. The move is kept.</summary>
    /// <returns>The version it points at now; null means that it never pointed elsewhere, and stays.</returns>
    public Task<RegisteredModel?> RollBackAliasAsync(string name, string alias, string who, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var current = await CurrentMoveAsync(tx, name, alias).ConfigureAwait(false);
        if (current?.PreviousMove is not { } before)
            return null;
        var previous = await tx.FindAsync<MoveRow>("SELECT move_number, to_number, previous_move FROM alias_moves WHERE move_number = @before", new { before })
            .ConfigureAwait(false)
            ?? throw new InvariantBrokenException("moves of aliases are never removed", $"{name}@{alias}: move {before}");
        await MoveAsync(tx, name, alias, current.ToNumber, previous.ToNumber, previous.PreviousMove, isRollback: true, who).ConfigureAwait(false);
        return await FindOneAsync(tx, "WHERE name = @name AND number = @number", new { name, number = previous.ToNumber }).ConfigureAwait(false);
    }, ct);

    /// <summary>Every move of the model's aliases, oldest first.</summary>
    public Task<IReadOnlyList<AliasMove>> AliasHistoryAsync(string name, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<MoveRow>("""
            SELECT move_number, alias, from_number, to_number, previous_move, is_rollback, moved_at, moved_by FROM alias_moves WHERE name = @name
            ORDER BY move_number
            """, new { name }).ConfigureAwait(false);
        return (IReadOnlyList<AliasMove>)[.. rows.Select(r =>
            new AliasMove(r.Alias, (int?)r.FromNumber, (int)r.ToNumber, r.IsRollback == 1, EpochMicroseconds.ToInstant(r.MovedAt), r.MovedBy))];
    }, ct);

    private static Task<MoveRow?> CurrentMoveAsync(StateTransaction tx, string name, string alias) => tx.FindAsync<MoveRow>("""
        SELECT m.move_number, m.to_number, m.previous_move FROM aliases a JOIN alias_moves m ON m.move_number = a.move_number
        WHERE a.name = @name AND a.alias = @alias
        """, new { name, alias });

    private static async Task MoveAsync(StateTransaction tx, string name, string alias, long? from, long to, long? previous, bool isRollback, string who)
    {
        var move = await tx.NextAsync("alias-move").ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO alias_moves (move_number, name, alias, from_number, to_number, previous_move, is_rollback, moved_at, moved_by)
            VALUES (@move, @name, @alias, @from, @to, @previous, @isRollback, @now, @who)
            """, new { move, name, alias, from, to, previous, isRollback = isRollback ? 1 : 0, now = tx.NowMicroseconds, who }).ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO aliases (name, alias, number, move_number) VALUES (@name, @alias, @to, @move)
            ON CONFLICT (name, alias) DO UPDATE SET number = excluded.number, move_number = excluded.move_number
            """, new { name, alias, to, move }).ConfigureAwait(false);
    }

    private static async Task<RegisteredModel?> FindOneAsync(StateTransaction tx, string where, object parameters) =>
        (await QueryAsync(tx, where, parameters).ConfigureAwait(false)).SingleOrDefault();

    private static async Task<IReadOnlyList<RegisteredModel>> QueryAsync(StateTransaction tx, string where, object parameters)
    {
        var rows = await tx.QueryAsync<ModelRow>($"{Query} {where} ORDER BY name, number", parameters).ConfigureAwait(false);
        var (aliases, files) = (new List<AliasRow>(), new List<FileRow>());
        foreach (var name in rows.Select(r => r.Name).Distinct(StringComparer.Ordinal))
            aliases.AddRange(await tx.QueryAsync<AliasRow>("SELECT name, alias, number FROM aliases WHERE name = @name ORDER BY alias", new { name })
                .ConfigureAwait(false));
        foreach (var row in rows)
            files.AddRange(await tx.QueryAsync<FileRow>("""
                SELECT name, number, location, digest, blob_name, bytes FROM model_files WHERE name = @Name AND number = @Number ORDER BY location
                """, new { row.Name, row.Number }).ConfigureAwait(false));
        return [.. rows.Select(r => new RegisteredModel(
            new ModelVersion(r.Name, (int)r.Number, Digest.Parse(r.Digest)), StoredJson.Read<ModelSignature>(r.SignatureJson, $"models, {r.Name}:{r.Number}"),
                r.BlobName, r.Bytes,
            EpochMicroseconds.ToInstant(r.RegisteredAt), [.. aliases.Where(a => a.Name == r.Name && a.Number == r.Number).Select(a => a.Alias)])
        {
            Weights = [.. files.Where(f => f.Name == r.Name && f.Number == r.Number).Select(f =>
                new StoredWeights(new WeightFile(f.Location, Digest.Parse(f.Digest), f.Bytes), f.BlobName))],
        })];
    }

    private sealed class ModelRow
    {
        public string Name { get; init; } = "";
        public long Number { get; init; }
        public string Digest { get; init; } = "";
        public string SignatureJson { get; init; } = "";
        public string BlobName { get; init; } = "";
        public long Bytes { get; init; }
        public long RegisteredAt { get; init; }
    }

    private sealed class FileRow
    {
        public string Name { get; init; } = "";
        public long Number { get; init; }
        public string Location { get; init; } = "";
        public string Digest { get; init; } = "";
        public string BlobName { get; init; } = "";
        public long Bytes { get; init; }
    }

    private sealed class AliasRow
    {
        public string Name { get; init; } = "";
        public string Alias { get; init; } = "";
        public long Number { get; init; }
    }

    private sealed class MoveRow
    {
        public long MoveNumber { get; init; }
        public string Alias { get; init; } = "";
        public long? FromNumber { get; init; }
        public long ToNumber { get; init; }
        public long? PreviousMove { get; init; }
        public long IsRollback { get; init; }
        public long MovedAt { get; init; }
        public string MovedBy { get; init; } = "";
    }
}
