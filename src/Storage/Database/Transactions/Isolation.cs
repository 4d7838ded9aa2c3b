namespace BatchEngine.Storage.Database.Transactions;

/// <summary>How much a write is kept apart from writes beside it, where the engine lets more than one go on.</summary>
internal enum Isolation
{
    /// <summary>As if the writes went one after the other; one that cannot be put in such an order is run again. For everything that decides from what it
    /// read.</summary>
    Serializable,

    /// <summary>Each statement sees the newest committed rows, and the write itself locks what it decides from. For what happens many times a
    /// second.</summary>
    RowLocks,
}
