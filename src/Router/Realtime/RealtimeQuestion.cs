using System.Globalization;
using System.Text;

namespace BatchEngine.Router.Realtime;

/// <summary>Names one real-time question, so that callers who ask the same at the same time can share its answer. Pure.</summary>
internal static class RealtimeQuestion
{
    /// <summary>A text that no other name, snapshot and features have; null when a value is of a kind whose text may lose something, so that such a question is
    /// never shared.</summary>
    public static string? TextOf(string name, long snapshot, IReadOnlyDictionary<string, object?> features)
    {
        var text = new StringBuilder();
        Append(text, 'q', name);
        text.Append('s').Append(snapshot).Append(':');
        foreach (var (column, value) in features.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Append(text, 'c', column);
            switch (value)
            {
                case null:
                    text.Append('-');
                    break;
                case string words:
                    Append(text, 't', words);
                    break;
                case bool yes:
                    text.Append(yes ? 'y' : 'n');
                    break;
                case sbyte or byte or short or ushort or int or uint or long:
                    Append(text, 'i', Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
                    break;
                case float number:
                    Append(text, 'f', BitConverter.SingleToInt32Bits(number).ToString(CultureInfo.InvariantCulture));
                    break;
                case double number:
                    Append(text, 'd', BitConverter.DoubleToInt64Bits(number).ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    return null;
            }
        }

        return text.ToString();
    }

    // The length first: no value can pretend to be the beginning of the next one.
    private static void Append(StringBuilder text, char kind, string part) => text.Append(kind).Append(part.Length).Append(':').Append(part);
}
