namespace BatchEngine.Domain;

/// <summary>The two kinds of prediction keys.</summary>
public enum KeyKind
{
    /// <summary>A signed 64-bit integer; every integer column is widened to it.</summary>
    Int64 = 1,

    /// <summary>UTF-8 text of 1 to 256 bytes.</summary>
    Utf8 = 2,
}
