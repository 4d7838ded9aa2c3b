using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Commands.Options;

/// <summary>Reads instants from the command line.</summary>
internal static class Instants
{
    // Only forms that everybody reads alike: 03/04/2026 is April to one and March to another.
    private static readonly string[] s_forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK"];

    /// <summary>Reads "2026-11-23", "2026-11-23T02:00" or "2026-11-23T02:00:00Z"; without a zone it is UTC.</summary>
    /// <param name="text">The instant as it was typed.</param>
    /// <param name="option">The option, for the error.</param>
    /// <exception cref="BadInputException">It is no instant.</exception>
    public static DateTimeOffset Read(string text, string option) =>
        DateTimeOffset.TryParseExact(text, s_forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw new BadInputException(option, $"'{text}'", "an instant such as 2026-11-23T02:00:00Z or 2026-11-23",
                "Write it so; without a zone it is UTC.");

    /// <summary>Reads a run id.</summary>
    /// <exception cref="BadInputException">It is none.</exception>
    public static RunId ReadRun(string text)
    {
        try
        {
            return RunId.Parse(text);
        }
        catch (FormatException problem)
        {
            throw new BadInputException("run", $"'{text}'", "a run id such as churn_20261123T020000Z", "List the runs with: batchengine runs list.", problem);
        }
    }
}
