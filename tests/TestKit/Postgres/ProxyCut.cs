namespace BatchEngine.TestKit.Postgres;

/// <summary>How a way is cut.</summary>
public enum ProxyCut
{
    /// <summary>The server gets it; its answer is lost.</summary>
    AfterItArrived,

    /// <summary>The server does not get it, and sees the connection go.</summary>
    BeforeItArrived,

    /// <summary>The server does not get it, and thinks that the program is still there.</summary>
    BeforeItArrivedAndTheServerDoesNotNotice,
}
