using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Engine.Postgres;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Storage.Tests.Database.Engine.Postgres;

/// <summary>What is said when a PostgreSQL database cannot be used, and that it is brought up once.</summary>
public sealed class PostgresOpeningTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _empty = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        _empty = await _server.CreateEmptyAsync();
    }

    public async ValueTask DisposeAsync() => await _server.DropAsync(_empty);

    [Fact]
    public async Task Open_ManyAtOnce_MigratesOnce()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(), Ct)));
        var versions = await databases[0].ReadAsync(tx => tx.QueryAsync<long>("SELECT number FROM schema_versions ORDER BY number"), Ct);
        Assert.Equal(Enumerable.Range(1, SchemaMigration.Embedded.Count).Select(n => (long)n), versions);
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task Open_NewerThanTheProgram_IsRefusedWithBothVersions()
    {
        await using (var database = await OpenAsync())
            await database.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO schema_versions (number, name, applied_at) VALUES (9999, 'future', 0)"), Ct);
        var refused = await RefusedAsync();
        Assert.Contains("schema version 9999", refused.Message);
        Assert.Contains($"only up to {SchemaMigration.Embedded.Count}", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Migration_FailingHalfWay_LeavesNothingOfItself()
    {
        await using var database = await OpenAsync();
        SchemaMigration[] broken =
            [.. SchemaMigration.Embedded, new(SchemaMigration.Embedded.Count + 1, "broken", "CREATE TABLE half (a TEXT); CREATE TABLE half (a TEXT);")];
        await using var engine = new PostgresEngine(PostgresPlace.Parse(_server.ConnectionString(_empty)), TimeProvider.System, PostgresPatience.Default);
        await Assert.ThrowsAsync<StorageFailedException>(() => SchemaMigration.BringUpAsync(engine, broken, Ct));
        Assert.False(await database.ReadAsync(tx => tx.HasTableAsync("half"), Ct));
        Assert.Equal(SchemaMigration.Embedded.Count, await database.ReadAsync(tx => tx.NumberAsync("SELECT MAX(number) FROM schema_versions"), Ct));
    }

    [Fact]
    public async Task Open_WrongPassword_SaysSoAndNeverTheWordItself()
    {
        var refused = await RefusedAsync($"Host=127.0.0.1;Port={_server.Port};Database={_empty};Username=batch;Password=guessed-wrong");
        Says(refused, isTransient: false, "28P01", "Username=batch", $"Database={_empty}", "Check Username and Password");
        Assert.DoesNotContain("guessed-wrong", refused.ToString());
    }

    [Fact]
    public async Task Open_NoPassword_SaysWhereToPutIt() =>
        Says(await RefusedAsync($"Host=127.0.0.1;Port={_server.Port};Database={_empty};Username=batch"), isTransient: false, "password", "PGPASSWORD");

    [Fact]
    public async Task Open_NoSuchDatabase_SaysHowToCreateIt() =>
        Says(await RefusedAsync(_server.ConnectionString("nowhere")), isTransient: false, "3D000", "\"nowhere\"", "createdb");

    [Fact]
    public async Task Open_UserWithoutTheRightToCreateTables_SaysWhatToGrant()
    {
        await _server.ExecuteAsync(_empty, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'");
        var refused = await RefusedAsync($"Host=127.0.0.1;Port={_server.Port};Database={_empty};Username=reader;Password=r");
        Says(refused, isTransient: false, "42501", "schema public", "GRANT USAGE, CREATE ON SCHEMA public");
    }

    [Fact]
    public async Task Open_NobodyAnswers_IsTransientAndSaysWhere()
    {
        var refused = await RefusedAsync("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=p");
        Says(refused, isTransient: true, "Host=127.0.0.1;Port=1;Database=d;Username=u", "does not answer", "Check that it runs");
    }

    [Fact]
    public async Task Write_ReadOnlyServer_SaysSoWhileReadsGoOn()
    {
        await (await OpenAsync()).DisposeAsync();
        await _server.ExecuteAsync("postgres", $"ALTER DATABASE {_empty} SET default_transaction_read_only = on");
        await using var database = await OpenAsync();
        Assert.Empty(await new JobStore(database).ListAsync(Ct));
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => new JobStore(database).SaveAsync(Samples.Job("a"), Ct));
        Says(refused, isTransient: false, "25006", "read-only replica", "primary");
        Says(await Assert.ThrowsAsync<StorageFailedException>(() => database.DescribeAsync(Ct)), isTransient: false, "25006");
    }

    [Fact]
    public async Task Describe_UserWhoMayReadOnly_NamesTheTables()
    {
        await (await OpenAsync()).DisposeAsync();
        await _server.ExecuteAsync(_empty, """
            DROP ROLE IF EXISTS half; CREATE ROLE half LOGIN PASSWORD 'r';
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO half; GRANT ALL ON commit_marks TO half
            """);
        await using var database = await StateDatabase.OpenAsync(
            $"Host=127.0.0.1;Port={_server.Port};Database={_empty};Username=half;Password=r", TimeProvider.System, Ct);
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => database.DescribeAsync(Ct));
        Says(refused, isTransient: false, "may not read and write these tables: alias_moves, aliases", "GRANT ALL");
        await _server.ExecuteAsync(_empty, "GRANT ALL ON ALL TABLES IN SCHEMA public TO half");
        Assert.Matches("^PostgreSQL [0-9.]+.*, every table can be read and written$", await database.DescribeAsync(Ct));
        await _server.ExecuteAsync(_empty, "DROP OWNED BY half");
    }

    [Fact]
    public async Task Open_EncodingThatCannotHoldEveryName_IsRefused()
    {
        var latin = await _server.CreateEmptyAsync("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
        Says(await RefusedAsync(_server.ConnectionString(latin)), isTransient: false, "LATIN1", "UTF8");
        await _server.DropAsync(latin);
    }

    [Theory]
    [InlineData("postgresql://u:hidden@h/d", "postgresql://u:***@h/d")]
    [InlineData("Host=h;Passwort=hidden", "Passwort=***")]
    [InlineData("Host=h;Password=\"hid;den\";Database=", "Host=h;Password=***;Database=")]
    [InlineData("Host=h;Password=hidden;Port=many;Database=d", "Password=***;Port=many;Database=d")]
    public async Task Open_UnreadablePlace_SaysHowItIsWrittenWithoutThePassword(string place, string shown)
    {
        var refused = await Assert.ThrowsAsync<BadInputException>(() => StateDatabase.OpenAsync(place, TimeProvider.System, Ct));
        Assert.Contains(shown, refused.Message);
        Assert.Contains("Host=server;Database=batchengine", refused.Message);
        Assert.DoesNotContain("hidden", refused.ToString());
        Assert.DoesNotContain("den\"", refused.ToString());
    }

    [Theory]
    [InlineData("Host=h;Database=d", true)]
    [InlineData(" server = h; Database=d", true)]
    [InlineData("postgres://h/d", true)]
    [InlineData("data/batchengine.db", false)]
    [InlineData("/srv/host=1/state.db", false)]
    [InlineData("Host", false)]
    public void Place_PathOrConnectionString_IsToldApart(string place, bool isPostgres) => Assert.Equal(isPostgres, PostgresPlace.IsOne(place));

    private static void Says(StorageFailedException refused, bool isTransient, params string[] words)
    {
        Assert.All(words, word => Assert.Contains(word, refused.Message));
        Assert.Equal(isTransient, refused.IsTransient);
        Assert.DoesNotContain("not-to-be-shown", refused.ToString());
    }

    private Task<StateDatabase> OpenAsync() => StateDatabase.OpenAsync(_server.ConnectionString(_empty), TimeProvider.System, Ct);

    private Task<StorageFailedException> RefusedAsync(string? place = null) =>
        Assert.ThrowsAsync<StorageFailedException>(() => StateDatabase.OpenAsync(place ?? _server.ConnectionString(_empty), TimeProvider.System, Ct));
}
