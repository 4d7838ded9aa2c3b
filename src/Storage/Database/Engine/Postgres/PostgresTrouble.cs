namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>What can be done about a refused or lost statement.</summary>
internal enum PostgresTrouble
{
    /// <summary>Nothing: a person has to.</summary>
    Lasting,

    /// <summary>Another transaction was faster: this one is run again at once.</summary>
    Race,

    /// <summary>The server or the way to it is gone, or has no room: it is looked for again for a while.</summary>
    Outage,
}
