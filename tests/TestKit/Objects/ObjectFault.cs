namespace BatchEngine.TestKit.Objects;

/// <summary>What goes wrong with a request.</summary>
public enum ObjectFault
{
    /// <summary>503 SlowDown; nothing is done.</summary>
    SlowDown,

    /// <summary>500 InternalError; nothing is done.</summary>
    InternalError,

    /// <summary>The answer comes late.</summary>
    Slow,

    /// <summary>The connection ends before anything is done.</summary>
    CutBefore,

    /// <summary>The request is carried out, and the connection ends instead of an answer.</summary>
    CutAfter,

    /// <summary>The connection ends in the middle of the answer's body.</summary>
    CutBody,

    /// <summary>One byte of the answer's body is another.</summary>
    WrongByte,

    /// <summary>The object is replaced before the request is carried out.</summary>
    Replaced,

    /// <summary>403 AccessDenied.</summary>
    Denied,

    /// <summary>301 PermanentRedirect, with the right region.</summary>
    OtherRegion,

    /// <summary>400 AuthorizationHeaderMalformed, with the right region.</summary>
    WrongRegion,

    /// <summary>403 RequestTimeTooSkewed; the server's clock is twenty minutes ahead.</summary>
    TooSkewed,

    /// <summary>400 ExpiredToken.</summary>
    Expired,

    /// <summary>507: no room left.</summary>
    Full,
}
