using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>Writes HTML in which every text is escaped; only the report's own markup goes in as it is. Not thread-safe.</summary>
internal sealed class HtmlWriter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _html = new(64 * 1024);
    private int _tables;

    /// <summary>Adds markup that the report itself wrote.</summary>
    internal HtmlWriter Markup(string markup)
    {
        _html.Append(markup);
        return this;
    }

    /// <summary>Adds text, escaped and cut to its longest length.</summary>
    internal HtmlWriter Text(string text)
    {
        _html.Append(Escape(ReportText.Cut(text)));
        return this;
    }

    /// <summary>Adds one element that holds text.</summary>
    internal HtmlWriter Element(string tag, string text, string cssClass = "")
    {
        _html.Append('<').Append(tag);
        if (cssClass.Length > 0)
            _html.Append(" class=\"").Append(cssClass).Append('"');
        _html.Append('>');
        Text(text);
        _html.Append("</").Append(tag).Append('>');
        return this;
    }

    /// <summary>Opens a section headed by a question.</summary>
    internal HtmlWriter Section(string id, string question) =>
        Markup($"\n<section id=\"{id}\" aria-labelledby=\"{id}-h\"><h2 id=\"{id}-h\">").Text(question).Markup("</h2>\n");

    internal HtmlWriter EndSection() => Markup("</section>\n");

    /// <summary>Opens a table with its caption for readers who cannot see it, and its headings, which are the report's own words; a heading that starts with
    /// '#' is right-aligned.</summary>
    internal HtmlWriter Table(string caption, params string[] headings)
    {
        // On a phone a row becomes a block, and each number says its heading by itself.
        _tables++;
        Markup("<style>@media screen and (max-width:40rem){");
        for (var column = 1; column < headings.Length; column++)
        {
            if (headings[column].Length > 0)
                Markup(FormattableString.Invariant($"#t{_tables} td:nth-child({column + 1})::before{{content:\"")).Markup(headings[column].TrimStart('#'))
                    .Markup("\"}");
        }
        Markup(FormattableString.Invariant($"}}</style><div class=\"scroll\"><table id=\"t{_tables}\"><caption>")).Text(caption)
            .Markup("</caption><thead><tr>");
        foreach (var heading in headings)
            Markup(heading.StartsWith('#') ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">").Text(heading.TrimStart('#')).Markup("</th>");
        return Markup("</tr></thead><tbody>\n");
    }

    internal HtmlWriter EndTable() => Markup("</tbody></table></div>\n");

    /// <summary>A cell with a number.</summary>
    internal HtmlWriter Number(string text) => Element("td", text, "n");

    /// <summary>A cell with a number that was measured, or "not measured" with the reason.</summary>
    internal HtmlWriter Number<T>(Measured<T> value, Func<T, string> format) where T : struct
    {
        if (value.TryGet(out var number))
            return Number(format(number));
        return Markup("<td class=\"n none\">not measured<small>").Text(value.Reason!).Markup("</small></td>");
    }

    /// <summary>Escapes a text for elements and for quoted attributes. Control characters have no place in HTML, not even escaped.</summary>
    internal static string Escape(string text) => Encoder.Encode(string.Create(text.Length, text, (clean, from) =>
    {
        for (var index = 0; index < clean.Length; index++)
            clean[index] = char.IsControl(from[index]) && from[index] is not ('\n' or '\t') ? '\uFFFD' : from[index];
    }));

    public override string ToString() => _html.ToString();
}
