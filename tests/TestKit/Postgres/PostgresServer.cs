using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BatchEngine.Storage.Database.Engine;
using Npgsql;
using Xunit;

namespace BatchEngine.TestKit.Postgres;

/// <summary>A PostgreSQL of its own in a temporary folder, on a private port, with a password. Ends with the process that started it.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql";
    private const string User = "batch";
    private const string Password = "not-to-be-shown";
    private const string Template = "state_template";
    private static readonly TimeSpan MaxStart = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> s_shared = new(StartSharedAsync);
    private static int s_databases;
    private readonly string _bin;
    private readonly string _folder;
    private readonly string[] _settings;
    private Process? _process;

    private PostgresServer(string bin, string folder, int port, string[] settings) => (_bin, _folder, Port, _settings) = (bin, folder, port, settings);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server that the tests of this process share. Skips the test where PostgreSQL is not installed.</summary>
    public static Task<PostgresServer> SharedAsync()
    {
        Assert.SkipWhen(FindBinaries() is null, $"PostgreSQL is not installed: no {Binaries}/*/bin/postgres. Install it with: apt-get install postgresql.");
        return s_shared.Value;
    }

    /// <summary>Starts a server that the test may stop and break.</summary>
    /// <param name="settings">Of postgresql.conf, as name=value.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var bin = FindBinaries();
        Assert.SkipWhen(bin is null, $"PostgreSQL is not installed: no {Binaries}/*/bin/postgres. Install it with: apt-get install postgresql.");
        var folder = Run("mktemp", ["-d", "/tmp/batchengine-postgres-XXXXXX"]).Trim();
        var password = Path.Combine(folder, "password");
        Run("sh", ["-c", $"echo {Password} > {password}"]);

        // A language of people as the default order, so that a comparison that forgot to be byte by byte is found out.
        Run($"{bin}/initdb", ["-D", Path.Combine(folder, "data"), "-U", User, $"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync",
            "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]);
        var server = new PostgresServer(bin!, folder, FreePort(), settings);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Kill();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it after a stop.</summary>
    public async Task StartAgainAsync()
    {
        string[] all = ["fsync=off", "full_page_writes=off", "max_connections=100", "shared_buffers=32MB", "max_wal_size=128MB", .. _settings];
        var start = AsPostgres($"{_bin}/postgres", ["-D", Path.Combine(_folder, "data"), "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _folder,
            "-c", "listen_addresses=127.0.0.1", .. all.SelectMany(s => new[] { "-c", s })], diesWithParent: true);
        start.RedirectStandardError = true;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);

        // The server dies with the thread that started it, so that thread waits for its end.
        new Thread(() =>
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            started.SetResult(process);
            process.WaitForExit();
        })
        { IsBackground = true }.Start();
        _process = await started.Task;
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync("postgres");
                return;
            }
            catch (NpgsqlException) when (!_process.HasExited && Stopwatch.GetElapsedTime(since) < MaxStart)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Stops it: sessions are ended, nothing committed is lost.</summary>
    public Task StopAsync() => EndAsync("INT");

    /// <summary>Stops it as a crash would.</summary>
    public Task CrashAsync() => EndAsync("QUIT");

    /// <summary>The connection string of one of its databases.</summary>
    /// <param name="database">Its name.</param>
    /// <param name="port">Another port on this machine that leads to the server; 0 means its own.</param>
    public string ConnectionString(string database, int port = 0) =>
        $"Host=127.0.0.1;Port={(port == 0 ? Port : port)};Database={database};Username={User};Password={Password}";

    /// <summary>A connection beside the stores, not pooled.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var connection = new NpgsqlConnection($"{ConnectionString(database)};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements beside the stores.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes an empty database, without the tables of the state, and gives its name.</summary>
    public async Task<string> CreateEmptyAsync(string options = "")
    {
        var name = $"test_{Interlocked.Increment(ref s_databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} {options}");
        return name;
    }

    /// <summary>Makes a database with the tables of the state, and gives its name.</summary>
    internal Task<string> CreateAsync() => CreateEmptyAsync($"TEMPLATE {Template}");

    /// <summary>Removes a database and ends its sessions.</summary>
    public Task DropAsync(string database) => ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        Kill();
    }

    /// <summary>Prepares the database that others are copied from.</summary>
    public async Task PrepareTemplateAsync()
    {
        await ExecuteAsync("postgres", $"CREATE DATABASE {Template}");
        await (await StateDatabase.OpenAsync(ConnectionString(Template), TimeProvider.System, CancellationToken.None)).DisposeAsync();
    }

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var server = await StartAsync();
        await server.PrepareTemplateAsync();
        return server;
    }

    private async Task EndAsync(string signal)
    {
        if (_process is null || _process.HasExited)
            return;
        Run("sh", ["-c", $"kill -{signal} $(head -1 {Path.Combine(_folder, "data", "postmaster.pid")})"]);
        await _process.WaitForExitAsync();
    }

    private void Kill()
    {
        if (_process is { HasExited: false })
            _process.Kill(entireProcessTree: true);
        _process?.WaitForExit();
        Run("rm", ["-rf", _folder]);
    }

    private static string? FindBinaries() => Directory.Exists(Binaries)
        ? Directory.EnumerateDirectories(Binaries).Select(v => Path.Combine(v, "bin")).Where(b => File.Exists(Path.Combine(b, "postgres"))).Order()
            .LastOrDefault()
        : null;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The server refuses to run as root, so there it runs as the user that comes with it.
    private static ProcessStartInfo AsPostgres(string program, string[] arguments, bool diesWithParent = false)
    {
        string[] dies = diesWithParent ? ["--pdeathsig", "INT"] : [];
        string[] user = Environment.UserName == "root" ? ["--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        var start = new ProcessStartInfo("setpriv", [.. user, .. dies, program, .. arguments]) { WorkingDirectory = "/tmp" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }

    private static string Run(string program, string[] arguments)
    {
        var start = AsPostgres(program, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error.Result}");
    }
}
