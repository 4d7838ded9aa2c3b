using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>Reads the command line, runs one verb and turns every failure into one clear message and an exit code.</summary>
internal static class CommandLine
{
    // What becomes of the work of a verb that is stopped; of any other verb there is nothing to say.
    private static readonly Dictionary<string, string> s_whenStopped = new(StringComparer.Ordinal)
    {
        ["run"] = Kept,
        ["backfill"] = Kept,
        ["resume"] = Kept,
        [WorkerCommand.Name] = Kept,
        ["score"] = Removed,
        ["bench"] = Removed,
    };

    private const string Kept = " Finished work is kept; the same command resumes it.";
    private const string Removed = " What it had written is removed.";

    /// <summary>Runs the verb.</summary>
    /// <param name="args">As the shell gave them.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var globals = new GlobalOptions();
        var root = Verbs.Build(globals);
        var parsed = root.Parse(args);
        var screen = new Screen(parsed.GetValue(globals.Json), parsed.GetValue(globals.Verbose));
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                screen.Error(error.Message);
            screen.Error($"See: batchengine {string.Join(' ', VerbPath(parsed))} --help".Replace("  ", " ", StringComparison.Ordinal));
            return ExitCode.Usage;
        }

        try
        {
            // A worker hears signals itself: the first asks it to leave, for as long as it was told, and the second stops it.
            var patience = parsed.CommandResult.Command.Name == WorkerCommand.Name ? (TimeSpan?)null : TimeSpan.FromSeconds(30);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = patience })
                .ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return Report(failure, screen, s_whenStopped.GetValueOrDefault(parsed.CommandResult.Command.Name, ""));
        }
    }

    /// <summary>The exit code of a failure, after telling the person about it.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="screen">Where it is told.</param>
    /// <param name="whenStopped">What to add when it was stopped: what became of its work.</param>
    internal static int Report(Exception failure, Screen screen, string whenStopped)
    {
        var cause = failure is AggregateException { InnerExceptions.Count: 1 } only ? only.InnerExceptions[0] : failure;
        if (cause is OperationCanceledException)
        {
            screen.Error($"Stopped.{whenStopped}");
            return ExitCode.Interrupted;
        }

        screen.Error(cause is BatchEngineException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}");
        if (screen.Verbose || cause is not BatchEngineException)
            screen.Detail(cause.ToString());
        return cause is BadInputException { IsFaultOfData: false } ? ExitCode.Usage : ExitCode.Violation;
    }

    private static IEnumerable<string> VerbPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var node = parsed.CommandResult; node?.Parent is System.CommandLine.Parsing.CommandResult parent; node = parent)
            names.Push(node.Command.Name);
        return names;
    }
}
