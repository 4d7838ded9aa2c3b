using System.Diagnostics.CodeAnalysis;

namespace BatchEngine.Domain;

/// <summary>A number that was measured, or the reason why it was not. Unknown is never zero.</summary>
/// <typeparam name="T">The kind of value.</typeparam>
public readonly record struct Measured<T>
    where T : struct
{
    private readonly T _value;

    private Measured(T value, string? reason)
    {
        _value = value;
        Reason = reason;
    }

    /// <summary>Why there is no value; null means that there is one.</summary>
    public string? Reason { get; }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue => Reason is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It was not measured.</exception>
    public T Value => Reason is null ? _value : throw new InvalidOperationException($"Not measured: {Reason}.");

    /// <summary>A measured value.</summary>
    public static Measured<T> Of(T value) => new(value, null);

    /// <summary>No value, and why.</summary>
    public static Measured<T> NotMeasured(string reason) => new(default, string.IsNullOrWhiteSpace(reason) ? "no reason given" : reason);

    /// <summary>Gives the value when there is one.</summary>
    public bool TryGet([NotNullWhen(true)] out T value)
    {
        value = _value;
        return HasValue;
    }

    /// <summary>Applies <paramref name="map"/> to the value, or keeps the reason.</summary>
    public Measured<TOut> Map<TOut>(Func<T, TOut> map) where TOut : struct =>
        HasValue ? Measured<TOut>.Of(map(_value)) : Measured<TOut>.NotMeasured(Reason!);

    /// <summary>The value as text, or "not measured (reason)".</summary>
    public override string ToString() => HasValue ? _value.ToString() ?? "" : $"not measured ({Reason})";
}
