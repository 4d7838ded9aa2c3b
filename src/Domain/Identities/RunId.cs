using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>A run: the job and its *scheduled* instant, so that a refire or a misfire is the same run.</summary>
public readonly record struct RunId
{
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";
    private readonly string? _job;

    /// <summary>Creates the identity; the instant is cut to whole seconds UTC.</summary>
    /// <param name="job">The job's name: letters, digits, '.', '-' and '_', at most 100.</param>
    /// <param name="scheduledAt">When the run was due.</param>
    /// <exception cref="ArgumentException">The name has another character or is too long.</exception>
    public RunId(string job, DateTimeOffset scheduledAt)
    {
        if (!IsName(job))
            throw new ArgumentException($"'{job}' is no job name: expected 1 to 100 letters, digits, '.', '-' or '_'.", nameof(job));
        _job = job;
        var utc = scheduledAt.ToUniversalTime();
        ScheduledAt = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }

    /// <summary>The job's name.</summary>
    public string Job => _job ?? throw new InvalidOperationException("This run id was never set.");

    /// <summary>When the run was due, UTC, whole seconds.</summary>
    public DateTimeOffset ScheduledAt { get; }

    /// <summary>Whether the text can be a job's, model's or serving name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && text[0] != '.';

    /// <summary>Reads "job_20261123T020000Z" as written by <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">The text is no run id.</exception>
    public static RunId Parse(string text)
    {
        var split = text.LastIndexOf('_');
        if (split > 0 && IsName(text[..split])
            && DateTimeOffset.TryParseExact(text[(split + 1)..], Format, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            return new RunId(text[..split], at);
        throw new FormatException($"'{text}' is no run id: expected <job>_<yyyyMMddTHHmmssZ>, for instance churn_20261123T020000Z.");
    }

    /// <summary>"job_20261123T020000Z": sorts by job and time, safe as a file name.</summary>
    public override string ToString() => $"{Job}_{ScheduledAt.ToString(Format, CultureInfo.InvariantCulture)}";
}
