using System.Globalization;
using System.Reflection;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>One numbered step of the schema and the rule that applies the missing ones. Steps are never changed once released; a change is a new
/// step.</summary>
/// <param name="Number">Counted from 1 without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Script">SQL, with "-- @append-only TABLE" lines.</param>
internal sealed record SchemaMigration(int Number, string Name, string Script)
{
    private const string Folder = "Migrations/";
    private const string Versions = "schema_versions";

    /// <summary>The steps that this program brings along, in order.</summary>
    public static IReadOnlyList<SchemaMigration> Embedded { get; } = [.. Load(typeof(SchemaMigration).Assembly).OrderBy(m => m.Number)];

    /// <summary>Brings the tables to the newest of the steps. Nothing is written, and nothing locked, when they are there.</summary>
    /// <exception cref="StorageFailedException">The database is newer than the program.</exception>
    public static async Task BringUpAsync(IStateEngine engine, IReadOnlyList<SchemaMigration> migrations, CancellationToken ct)
    {
        var found = await engine.ReadAsync(VersionAsync, ct).ConfigureAwait(false);
        RequireKnown(found, migrations.Count, engine.Place);
        if (found < migrations.Count)
            await engine.MigrateAsync(tx => ApplyAsync(tx, engine.Place, migrations), ct).ConfigureAwait(false);
    }

    private static async Task<int> ApplyAsync(StateTransaction tx, string place, IReadOnlyList<SchemaMigration> migrations)
    {
        // Asked again: another process may have been faster while this one waited for the lock.
        var found = await VersionAsync(tx).ConfigureAwait(false);
        RequireKnown(found, migrations.Count, place);
        if (!await tx.HasTableAsync(Versions).ConfigureAwait(false))
        {
            await tx.LayFoundationAsync().ConfigureAwait(false);
            await tx.RunScriptAsync($"CREATE TABLE {Versions} (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)")
                .ConfigureAwait(false);
        }
        foreach (var migration in migrations.Skip(found))
        {
            await tx.RunScriptAsync(migration.Script).ConfigureAwait(false);
            await tx.ExecuteAsync($"INSERT INTO {Versions} (number, name, applied_at) VALUES (@Number, @Name, @appliedAt)",
                new { migration.Number, migration.Name, appliedAt = tx.NowMicroseconds }).ConfigureAwait(false);
        }
        return migrations.Count;
    }

    private static async Task<int> VersionAsync(StateTransaction tx) => await tx.HasTableAsync(Versions).ConfigureAwait(false)
        ? (int)(await tx.NumberAsync($"SELECT MAX(number) FROM {Versions}").ConfigureAwait(false) ?? 0) : 0;

    private static void RequireKnown(int found, int known, string place)
    {
        if (found > known)
        {
            throw new StorageFailedException(place,
                $"the database has schema version {found}, but this program knows only up to {known}: a newer batchengine wrote it. "
                + "Use that newer program, or point the keys database and blobs at other places.",
                isTransient: false);
        }
    }

    private static IEnumerable<SchemaMigration> Load(Assembly assembly)
    {
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = Path.GetFileNameWithoutExtension(resource);
            yield return new SchemaMigration(int.Parse(name[..4], NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }
    }
}
