namespace BatchEngine.Storage.Database.Transactions;

/// <summary>How the rows that a query gives are held until the end of the transaction.</summary>
internal enum RowLock
{
    /// <summary>Others may hold them so too; nobody changes them.</summary>
    Shared,

    /// <summary>Nobody else holds or changes them.</summary>
    Exclusive,

    /// <summary>As <see cref="Exclusive"/>, and rows that somebody else holds are left out instead of waited for.</summary>
    ExclusiveWhereFree,
}
