using System.Data.Common;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using Dapper;

namespace BatchEngine.Storage.Database.Copying;

/// <summary>Copies the state of an installation from one engine into the other: every row of every table in one transaction, which is only kept when each table
/// reads back with the same rows. Counters go on from where they were, and the target is the same owner of the blob store.</summary>
public static class StateCopy
{
    private const int BatchRows = 100;

    /// <summary>Copies. Both sides are brought to this program's version first; the source is not changed otherwise.</summary>
    /// <param name="from">The source: a SQLite file or a connection string.</param>
    /// <param name="to">The target, of the other engine.</param>
    /// <param name="clock">The clock of the database inside this process.</param>
    /// <param name="onCopied">Told of each table. When a lost connection makes it begin again, so do the tables.</param>
    /// <param name="ct">Stops it; nothing is kept then.</param>
    /// <exception cref="BadInputException">The source is not there, the target has rows, or both are of one engine.</exception>
    /// <exception cref="StorageFailedException">Somebody works with the source, a table reads back differently, or a database fails.</exception>
    public static async Task<CopiedState> RunAsync(string from, string to, TimeProvider clock, Action<CopiedTable> onCopied, CancellationToken ct)
    {
        RequirePlaces(from, to);
        await using var source = await StateDatabase.OpenAsync(from, clock, ct).ConfigureAwait(false);
        await using var target = await StateDatabase.OpenAsync(to, clock, ct).ConfigureAwait(false);
        var tables = await target.WriteAsync(async write =>
        {
            await CopyConditions.RequireTargetAsync(write, target.Place).ConfigureAwait(false);
            await write.ExecuteAsync($"DELETE FROM {StateTables.Counters}").ConfigureAwait(false);
            var isBegun = false;
            return await source.ReadTogetherAsync(async read =>
            {
                // A second reading would not be of the state whose rows are in the target by now.
                if (isBegun)
                    throw new StorageFailedException(source.Place, "it was lost in the middle of the copy. Nothing was kept; copy again.", isTransient: true);
                isBegun = true;
                await CopyConditions.RequireSourceAsync(read, source.Place).ConfigureAwait(false);
                var copied = new List<CopiedTable>();
                foreach (var table in StateTables.InOrder)
                {
                    copied.Add(await CopyAsync(read, write, table, target.Place, ct).ConfigureAwait(false));
                    onCopied(copied[^1]);
                }
                return copied;
            }, ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return new CopiedState(source.Place, target.Place, tables);
    }

    private static void RequirePlaces(string from, string to)
    {
        if (StateDatabase.IsServer(from) == StateDatabase.IsServer(to))
            throw new BadInputException("--to", StateDatabase.Shown(to), "another engine than the source's: a connection string for a SQLite file, or a path",
                "Within one engine its own tools copy: sqlite3 FILE \".backup COPY\", or pg_dump and psql.");
        if (!StateDatabase.IsServer(from) && !File.Exists(from))
            throw new BadInputException("--from", from, "the SQLite file of an installation",
                "It is batchengine.db in the data directory, unless the key database says otherwise.");
    }

    // Ordered by the primary key a row comes after the one it refers to in its own table, since numbers only grow.
    private static async Task<CopiedTable> CopyAsync(StateTransaction from, StateTransaction to, string table, string place, CancellationToken ct)
    {
        var key = string.Join(", ", await from.KeyOfAsync(table).ConfigureAwait(false));
        using var digest = new RowDigest();
        string columns;
        await using (var reader = await from.ReaderAsync($"SELECT * FROM {table} ORDER BY {key}").ConfigureAwait(false))
        {
            columns = string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
            var batch = new List<object?[]>(BatchRows);
            while (await NextAsync(reader, ct).ConfigureAwait(false) is { } row)
            {
                digest.Add(row);
                batch.Add(row);
                if (batch.Count == BatchRows)
                    await InsertAsync(to, table, columns, batch).ConfigureAwait(false);
            }
            if (batch.Count > 0)
                await InsertAsync(to, table, columns, batch).ConfigureAwait(false);
        }
        var sent = digest.Of(table);
        var found = await ReadBackAsync(to, table, $"SELECT {columns} FROM {table} ORDER BY {key}", ct).ConfigureAwait(false);
        return found == sent ? found : throw new StorageFailedException(place,
            $"the table {table} reads back with {found.Rows.ToString(CultureInfo.InvariantCulture)} rows and digest {found.Digest}, but the source has "
            + $"{sent.Rows.ToString(CultureInfo.InvariantCulture)} rows with digest {sent.Digest}. Nothing was kept. Look for triggers and rules that "
            + "somebody added to the target, and copy into a new database.", isTransient: false);
    }

    private static async Task<CopiedTable> ReadBackAsync(StateTransaction to, string table, string query, CancellationToken ct)
    {
        using var digest = new RowDigest();
        await using var reader = await to.ReaderAsync(query).ConfigureAwait(false);
        while (await NextAsync(reader, ct).ConfigureAwait(false) is { } row)
            digest.Add(row);
        return digest.Of(table);
    }

    private static async Task<object?[]?> NextAsync(DbDataReader reader, CancellationToken ct)
    {
        if (!await reader.ReadAsync(ct).ConfigureAwait(false))
            return null;
        var row = new object?[reader.FieldCount];
        for (var column = 0; column < row.Length; column++)
            row[column] = reader.GetValue(column) is var value and not DBNull ? value : null;
        return row;
    }

    private static async Task InsertAsync(StateTransaction to, string table, string columns, List<object?[]> batch)
    {
        var values = new DynamicParameters();
        var rows = batch.Select((row, r) => $"({string.Join(", ", row.Select((value, c) =>
        {
            var name = FormattableString.Invariant($"v{r}_{c}");
            values.Add(name, value);
            return $"@{name}";
        }))})");
        await to.ExecuteAsync($"INSERT INTO {table} ({columns}) VALUES {string.Join(", ", rows)}", values).ConfigureAwait(false);
        batch.Clear();
    }
}
