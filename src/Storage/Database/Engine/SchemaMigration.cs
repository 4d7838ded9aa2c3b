using System.Globalization;
using System.Reflection;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>One numbered step of the schema and the rule that applies the missing ones. Steps are never changed once released; a change is a new
/// step.</summary>
/// <param name="Number">Counted from 1 without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Script">SQL, with "-- @append-only TABLE" lines.</param>
internal sealed record SchemaMigration(int Number, string Name, string Script)
{
    private const string Folder = "Migrations/";
    private const string AppendOnly = "-- @append-only ";

    /// <summary>The steps that this program brings along, in order.</summary>
    public static IReadOnlyList<SchemaMigration> Embedded { get; } = [.. Load(typeof(SchemaMigration).Assembly).OrderBy(m => m.Number)];

    /// <summary>Applies what is missing, in the caller's transaction; gives the version reached.</summary>
    /// <exception cref="StorageFailedException">The database is newer than the program.</exception>
    public static async Task<int> ApplyAsync(StateTransaction tx, string place, IReadOnlyList<SchemaMigration> migrations)
    {
        await tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_versions (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)")
            .ConfigureAwait(false);
        var found = (int)(await tx.NumberAsync("SELECT MAX(number) FROM schema_versions").ConfigureAwait(false) ?? 0);
        var known = migrations.Count;
        if (found > known)
        {
            throw new StorageFailedException(place,
                $"the database has schema version {found}, but this program knows only up to {known}: a newer batchengine wrote it. "
                + "Use that newer program, or point databasePath and blobsRoot at other places.",
                isTransient: false);
        }
        foreach (var migration in migrations.Skip(found))
        {
            await tx.ExecuteAsync(InEngineWords(migration.Script)).ConfigureAwait(false);
            await tx.ExecuteAsync("INSERT INTO schema_versions (number, name, applied_at) VALUES (@Number, @Name, @appliedAt)",
                new { migration.Number, migration.Name, appliedAt = tx.NowMicroseconds }).ConfigureAwait(false);
        }
        return known;
    }

    private static string InEngineWords(string script) => string.Join('\n', script.Split('\n').Select(line =>
        line.StartsWith(AppendOnly, StringComparison.Ordinal) ? SqliteDialect.AppendOnly(line[AppendOnly.Length..].Trim()) : line));

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
