using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>Reads the command line, runs one verb and turns every failure into one clear message and an exit code.</summary>
internal static class CommandLine
{
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
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return Report(failure, screen);
        }
    }

    /// <summary>The exit code of a failure, after telling the person about it.</summary>
    internal static int Report(Exception failure, Screen screen)
    {
        var cause = failure is AggregateException { InnerExceptions.Count: 1 } only ? only.InnerExceptions[0] : failure;
        if (cause is OperationCanceledException)
        {
            screen.Error("Stopped. Finished work is kept; the same command resumes it.");
            return ExitCode.Interrupted;
        }

        screen.Error(cause is BatchEngineException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}");
        if (screen.Verbose || cause is not BatchEngineException)
            screen.Detail(cause.ToString());
        return cause is BadInputException ? ExitCode.Usage : ExitCode.Violation;
    }

    private static IEnumerable<string> VerbPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var node = parsed.CommandResult; node?.Parent is System.CommandLine.Parsing.CommandResult parent; node = parent)
            names.Push(node.Command.Name);
        return names;
    }
}
