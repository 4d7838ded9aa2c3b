using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchEngine.Benchmarks.Scoring;

namespace BatchEngine.Benchmarks.Opening;

/// <summary>What opening a forest costs, part by part and as a whole: cold, first in a fresh process, and warm.</summary>
public static class OpeningBench
{
    /// <summary>The word that makes a process a child.</summary>
    public const string ChildVerb = "opening-child";

    private const string Whole = "whole";
    private const string Parts = "parts";
    private const int WarmUps = 8;

    // The runtime compiles a method anew in the background, a tenth of a second after its thirtieth call.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Measures in child processes, one for each cold opening and one for the warm ones; prints medians and leaves the raw figures.</summary>
    public static int Run(ScoreOptions options)
    {
        var raw = new List<OpeningFigure>();
        foreach (var what in (string[])[Whole, Parts])
        {
            for (var i = 0; i < options.Repeats; i++)
                raw.AddRange(Child(options.Model, what, 0, 1));
            raw.AddRange(Child(options.Model, what, WarmUps, options.Repeats));
        }
        var medians = raw.GroupBy(f => (f.Part, f.IsCold))
            .Select(g => new OpeningFigure(g.Key.Part, g.Key.IsCold, Median(g.Select(f => f.Milliseconds)), Median(g.Select(f => f.CpuMilliseconds)),
            (long)Median(g.Select(f => (double)f.ManagedBytes)))).ToArray();
        Console.WriteLine($"{Path.GetFileName(options.Model)}: {"",-26}{"ms",10}{"CPU ms",10}{"managed MB",12}");
        foreach (var f in medians)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(f.IsCold ? "cold" : "warm"),-6}{f.Part,-34}{f.Milliseconds,10:0.0}{f.CpuMilliseconds,10:0.0}{f.ManagedBytes / 1e6,12:0.0}"));
        BenchResults.Save($"opening-{Path.GetFileNameWithoutExtension(options.Model)}.json",
            string.Create(CultureInfo.InvariantCulture, $"opening --model {Path.GetFileName(options.Model)} --repeats {options.Repeats}"), medians, raw);
        return 0;
    }

    /// <summary>Opens in this process and prints the figures, one a line.</summary>
    public static int RunChild(IReadOnlyList<string> words)
    {
        var (model, what) = (words[0], words[1]);
        var (warmUps, repeats) = (int.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture));
        for (var i = 0; i < warmUps; i++)
        {
            Measured(model, what, false);
            Task.Delay(s_pause).Wait();
        }
        for (var i = 0; i < repeats; i++)
        {
            foreach (var figure in Measured(model, what, warmUps == 0))
                Console.WriteLine(JsonSerializer.Serialize(figure));
        }
        return 0;
    }

    private static IReadOnlyList<OpeningFigure> Measured(string model, string what, bool isCold) =>
        what == Whole ? OpeningParts.Whole(model, isCold) : OpeningParts.Each(model, isCold);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[(sorted.Length - 1) / 2];
    }

    private static IEnumerable<OpeningFigure> Child(string model, string what, int warmUps, int repeats)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(OpeningBench).Assembly.Location);
        foreach (var word in (string[])[ChildVerb, model, what, warmUps.ToString(CultureInfo.InvariantCulture), repeats.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(word);
        using var child = Process.Start(start)!;
        var lines = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"The child for '{what}' ended with {child.ExitCode}.");
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<OpeningFigure>(l)!);
    }
}
