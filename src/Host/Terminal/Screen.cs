using System.Text.Json;
using BatchEngine.Domain;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BatchEngine.Host.Terminal;

/// <summary>What a person or a program sees: answers on stdout (tables, or one JSON document), everything else on stderr. Used by one thread at a
/// time.</summary>
internal sealed class Screen
{
    private readonly IAnsiConsole _out;
    private readonly IAnsiConsole _err;
    private readonly TextWriter _answers;
    private readonly TextWriter _notes = Console.Error;

    /// <summary>Creates the screen over the process's stdout and stderr.</summary>
    /// <param name="json">Whether answers are JSON.</param>
    /// <param name="verbose">Whether details are shown.</param>
    /// <param name="answers">Where answers go; null means stdout.</param>
    /// <param name="width">Columns of a line where no terminal says so.</param>
    public Screen(bool json, bool verbose, TextWriter? answers = null, int width = 160)
    {
        _answers = answers ?? Console.Out;
        Json = json;
        Verbose = verbose;
        _out = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_answers) });
        _err = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_notes) });
        if (answers is not null || Console.IsOutputRedirected)
            _out.Profile.Width = width;
        if (Console.IsErrorRedirected)
            _err.Profile.Width = 240;
    }

    /// <summary>Whether answers are JSON.</summary>
    public bool Json { get; }

    /// <summary>Whether details are shown.</summary>
    public bool Verbose { get; }

    /// <summary>Whether stderr is a terminal that can redraw a progress bar.</summary>
    public bool CanRedraw => !Console.IsErrorRedirected && _err.Profile.Capabilities.Interactive;

    /// <summary>The console that progress is drawn on.</summary>
    public IAnsiConsole ProgressConsole => _err;

    /// <summary>Prints the answer: the JSON document with --json, else what <paramref name="people"/> draws.</summary>
    public void Answer<T>(T document, Action people)
    {
        if (Json)
            _answers.WriteLine(JsonSerializer.Serialize(document, AnswerLayout.Document));
        else
            people();
    }

    /// <summary>Draws a table, panel or tree on stdout; a table that a narrow terminal has no room for is drawn row by row.</summary>
    public void Draw(IRenderable what) => _out.Write(what is Table table ? NarrowTable.Fit(table, _out) : what);

    /// <summary>A plain line on stdout.</summary>
    public void Line(string text = "") => _answers.WriteLine(text);

    /// <summary>A line with colour markup on stdout; one line, however long, where no person looks on.</summary>
    public void Markup(string markup)
    {
        if (Console.IsOutputRedirected)
            _answers.WriteLine(Spectre.Console.Markup.Remove(markup));
        else
            _out.MarkupLine(markup);
    }

    /// <summary>A line about what is going on, on stderr.</summary>
    public void Note(string text) => _notes.WriteLine(text);

    /// <summary>A line only shown with --verbose, on stderr.</summary>
    public void Detail(string text)
    {
        if (Verbose)
            _notes.WriteLine(text);
    }

    /// <summary>An error line on stderr.</summary>
    public void Error(string text)
    {
        if (CanRedraw)
            _err.MarkupLine($"[red]error:[/] {Spectre.Console.Markup.Escape(text)}");
        else
            _notes.WriteLine($"error: {text}");
    }
}
