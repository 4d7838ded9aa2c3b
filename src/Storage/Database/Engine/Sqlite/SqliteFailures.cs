using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Storage.Database.Engine.Sqlite;

/// <summary>What SQLite's error numbers mean.</summary>
internal static class SqliteFailures
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, DiskError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NoDatabase = 26;

    /// <summary>Whether another writer was in the way, so that the same transaction can be tried again.</summary>
    public static bool IsBusy(SqliteException failure) => failure.SqliteErrorCode is Busy or Locked;

    /// <summary>The failure in the words of the product.</summary>
    /// <param name="failure">What SQLite said.</param>
    /// <param name="path">The database file.</param>
    public static BatchEngineException Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        Busy or Locked => new StorageFailedException(path,
            $"the database stayed locked for {StateLimits.MaxBusyTries} tries of {StateLimits.BusyWait.TotalSeconds:0} seconds. {LockHolders.Describe(path)} "
            + "End the process that holds a transaction open, then try again.", isTransient: true, failure),
        Full => new StorageFailedException(path,
            "the disk is full, the transaction was not written and nothing of it remains. Free space beside the database file, then try again.",
            isTransient: false, failure),
        ReadOnly => new StorageFailedException(path,
            "the database cannot be written: this user lacks the permission, or the disk is read-only. Grant write access to the file and its folder.",
            isTransient: false, failure),
        CannotOpen => new StorageFailedException(path,
            "the database cannot be opened or created: the path is a folder, or this user lacks the permission. Check database and the folder's rights.",
            isTransient: false, failure),
        DiskError => new StorageFailedException(path,
            $"the disk failed while the database was read or written ({failure.Message}). Check the disk and its space, then try again.", isTransient: false,
            failure),
        Corrupt or NoDatabase => new CorruptDataException(path, failure.Message, "a BatchEngine state database", failure),
        _ => new StorageFailedException(path, $"the database refused a statement ({failure.Message}).", isTransient: false, failure),
    };
}
