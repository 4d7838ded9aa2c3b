using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.TestKit.Databases;

/// <summary>What each statement cost SQLite, in steps of its machine: every row that it walks takes some, found or passed over. It hears connections that are
/// opened after it was made. Thread-safe.</summary>
public sealed class StatementSteps : IDisposable
{
    private const int ProfileEvents = 2, SqliteOk = 0, VmSteps = 4;
    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<string, StatementSteps> Listeners = new(StringComparer.Ordinal);
    private static readonly Entry WhenOpened = Opened;
    private static readonly Ended WhenEnded = Heard;
    private static bool _isInstalled;
    private readonly string _path;
    private readonly ConcurrentDictionary<string, (long Most, int Times)> _statements = new(StringComparer.Ordinal);

    /// <summary>Listens to one database.</summary>
    /// <param name="path">The file, as <see cref="StateDatabase"/> will open it.</param>
    public StatementSteps(string path)
    {
        _path = Path.GetFullPath(path);
        lock (Gate)
        {
            if (!_isInstalled && sqlite3_auto_extension(Marshal.GetFunctionPointerForDelegate(WhenOpened)) != SqliteOk)
                throw new InvalidOperationException("SQLite takes no extension.");
            _isInstalled = true;
        }
        Listeners[_path] = this;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Entry(IntPtr database, IntPtr message, IntPtr api);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Ended(uint what, IntPtr context, IntPtr statement, IntPtr nanoseconds);

    /// <summary>The most steps that one execution took, and how often it was executed, by the statement's text.</summary>
    public IReadOnlyDictionary<string, (long Most, int Times)> Statements => _statements;

    /// <summary>Forgets what was heard.</summary>
    public void Clear() => _statements.Clear();

    /// <inheritdoc/>
    public void Dispose() => Listeners.TryRemove(_path, out _);

    private static int Opened(IntPtr database, IntPtr message, IntPtr api) =>
        sqlite3_trace_v2(database, ProfileEvents, Marshal.GetFunctionPointerForDelegate(WhenEnded), IntPtr.Zero);

    private static int Heard(uint what, IntPtr context, IntPtr statement, IntPtr nanoseconds)
    {
        var path = Marshal.PtrToStringUTF8(sqlite3_db_filename(sqlite3_db_handle(statement), "main")) ?? "";
        if (!Listeners.TryGetValue(path, out var listener) || Marshal.PtrToStringUTF8(sqlite3_sql(statement)) is not { } text)
            return 0;
        var steps = (long)sqlite3_stmt_status(statement, VmSteps, 1);
        listener._statements.AddOrUpdate(text, (steps, 1), (_, before) => (Math.Max(before.Most, steps), before.Times + 1));
        return 0;
    }

    [DllImport("e_sqlite3")]
    private static extern int sqlite3_auto_extension(IntPtr entry);

    [DllImport("e_sqlite3")]
    private static extern int sqlite3_trace_v2(IntPtr database, uint mask, IntPtr callback, IntPtr context);

    [DllImport("e_sqlite3")]
    private static extern IntPtr sqlite3_db_handle(IntPtr statement);

    [DllImport("e_sqlite3")]
    private static extern IntPtr sqlite3_db_filename(IntPtr database, [MarshalAs(UnmanagedType.LPUTF8Str)] string schema);

    [DllImport("e_sqlite3")]
    private static extern IntPtr sqlite3_sql(IntPtr statement);

    [DllImport("e_sqlite3")]
    private static extern int sqlite3_stmt_status(IntPtr statement, int what, int reset);
}
