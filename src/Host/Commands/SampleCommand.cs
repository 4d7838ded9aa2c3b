using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Sample;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>`sample`: seeded sample input, so that the first run needs nothing else.</summary>
internal static class SampleCommand
{
    private static readonly Option<long> Rows =
        new("--rows") { Description = "Customers on the first day", DefaultValueFactory = _ => SampleRequest.DefaultCustomers };
    private static readonly Option<int> Days =
        new("--days") { Description = "Days; each later day changes, adds and removes some customers", DefaultValueFactory = _ => SampleRequest.DefaultDays };
    private static readonly Option<ulong> Seed =
        new("--seed") { Description = "The same seed gives the same files", DefaultValueFactory = _ => SampleRequest.DefaultSeed };
    private static readonly Option<string> Out =
        new("--out") { Description = "Folder that gets one folder a day", DefaultValueFactory = _ => "demo/customers" };
    private static readonly Option<string?> FirstDay = new("--first-day") { Description = "Date of the first day [default: 2026-11-01]" };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("sample", "Write seeded sample customers as Parquet: mixed types, missing values, daily changes, a planted drift from day two on.") { Rows,
            Days, Seed, Out, FirstDay }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var first = verb.Line.GetValue(FirstDay) is { } text ? DateOnly.FromDateTime(Instants.Read(text, "--first-day").UtcDateTime)
            : SampleRequest.DefaultFirstDay;
        var request = new SampleRequest(verb.Line.GetValue(Out)!, verb.Line.GetValue(Rows), verb.Line.GetValue(Days), verb.Line.GetValue(Seed), first)
            .Validated();
        var days = await CustomerFiles.WriteAsync(request, null, ct).ConfigureAwait(false);
        verb.Screen.Answer(days, () =>
        {
            foreach (var day in days)
            {
                verb.Screen.Line($"{day.Date:yyyy-MM-dd}: {Figures.Count(day.Rows)} rows in {day.Files.Count} files, {Figures.Bytes(day.Bytes)}; "
                    + $"{Figures.Count(day.Changed)} changed, {Figures.Count(day.New)} new, {Figures.Count(day.Deleted)} gone, {day.BadRows} bad rows planted");
                if (day.PlantedDrift.Length > 0)
                    verb.Screen.Line($"  planted drift: {day.PlantedDrift}");
            }
        });
        return ExitCode.Done;
    }
}
