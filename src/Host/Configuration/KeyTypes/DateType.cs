using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A date, or a second in UTC: 2026-11-01, 2026-11-01T02:00:00Z.</summary>
internal sealed class DateType : KeyType<DateTimeOffset>
{
    private static readonly string[] s_forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    private DateType()
    {
    }

    /// <summary>The one there is.</summary>
    public static DateType Any { get; } = new();

    /// <inheritdoc/>
    public override string Expected => "a date such as 2026-11-01";

    /// <inheritdoc/>
    public override string Accepts => "date, or a second in UTC";

    /// <inheritdoc/>
    public override DateTimeOffset Harmless => default;

    /// <inheritdoc/>
    public override string TextOf(DateTimeOffset value) =>
        value.UtcDateTime.ToString(s_forms[value.TimeOfDay == TimeSpan.Zero ? 0 : 1], CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = @"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$" };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParseExact(text, s_forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out value);
}
