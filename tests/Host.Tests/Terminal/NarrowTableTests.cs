using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Tests.Terminal;

public sealed class NarrowTableTests
{
    private const string Run = "customer-value_20261125T020000Z";

    [Fact]
    public void Table_WiderThanTheTerminal_IsABlockARowWithWholeWords()
    {
        var lines = Draw(40);
        Assert.Contains(lines, l => l.StartsWith("run", StringComparison.Ordinal) && l.EndsWith(Run, StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("rows", StringComparison.Ordinal) && l.EndsWith("1,000,978", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("note", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(l => l.StartsWith("run", StringComparison.Ordinal)));
    }

    [Fact]
    public void Table_ThatFits_KeepsItsColumns() => Assert.Single(Draw(120), l => l.TrimStart().StartsWith("run ", StringComparison.Ordinal));

    [Fact]
    public void Table_OfColumnsThatMustNotWrap_KeepsEveryValueWholeAtAnyWidth()
    {
        string[] values = ["unallocated (no job or serving name)", "0.000000048", "999,997", "not measured"];
        for (var width = 50; width < 120; width++)
        {
            var text = new StringWriter();
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
            console.Profile.Width = width;
            var table = new Table().Border(TableBorder.Simple);
            foreach (var name in new[] { "run", "spent", "made", "served" })
                table.AddColumn(name, c => c.NoWrap());
            console.Write(NarrowTable.Fit(table.AddRow(values), console));
            Assert.All(values, value => Assert.True(text.ToString().Contains(value, StringComparison.Ordinal), $"'{value}' is broken at {width} columns"));
        }
    }

    private static List<string> Draw(int width)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        var table = new Table().Border(TableBorder.Simple).AddColumns("run", "state").AddColumn("rows", c => c.RightAligned()).AddColumn("note");
        table.AddRow(Run, "[green]published[/]", "1,000,978", "").AddRow("other_20261125T020000Z", "failed", "7", "");
        console.Write(NarrowTable.Fit(table, console));
        return [.. text.ToString().Split('\n').Select(l => l.TrimEnd())];
    }
}
