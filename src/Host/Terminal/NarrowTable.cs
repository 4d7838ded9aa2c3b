using Spectre.Console;
using Spectre.Console.Rendering;

namespace BatchEngine.Host.Terminal;

/// <summary>A table on a terminal that its longest words do not fit: a block of "heading value" lines for each row, instead of columns of single
/// letters.</summary>
internal static class NarrowTable
{
    // Wider than any terminal.
    private const int AnyWidth = 100_000;

    /// <summary>The table itself where it fits, else its blocks.</summary>
    public static IRenderable Fit(Table table, IAnsiConsole console)
    {
        var options = RenderOptions.Create(console, console.Profile.Capabilities);
        if (((IRenderable)table).Measure(options, AnyWidth).Min + table.Columns.Select((c, i) => Unbroken(table, c, i, options)).Sum() <= console.Profile.Width)
            return table;
        var blocks = table.Rows.Select(row => (IRenderable)new Padder(Block(table, row, options)).Padding(0, 0, 0, 1));
        return new Rows(blocks);
    }

    /// <summary>What a column that must not wrap needs beyond its longest word: the library breaks it all the same where the whole does not fit.</summary>
    private static int Unbroken(Table table, TableColumn column, int index, RenderOptions options)
    {
        if (!column.NoWrap)
            return 0;
        var cells = table.Rows.Select(r => r.ElementAt(index)).Append(column.Header).Select(c => c.Measure(options, AnyWidth)).ToList();
        return cells.Max(c => c.Max) - cells.Max(c => c.Min);
    }

    private static Grid Block(Table table, TableRow row, RenderOptions options)
    {
        var block = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (column, value) in table.Columns.Zip(row))
        {
            if (value.Measure(options, AnyWidth).Max > 0)
                block.AddRow(column.Header, value);
        }
        return block;
    }
}
