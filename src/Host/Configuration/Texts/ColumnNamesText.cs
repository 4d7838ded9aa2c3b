using System.Text;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Column names on the command line: commas between them; a comma that belongs to a name has a backslash before it.</summary>
internal static class ColumnNamesText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected = @"column names with commas between them (a comma inside a name is written \,)";

    /// <summary>The names, without the spaces around them; an empty one where two commas meet.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == ',')
                name.Append(text[++i]);
            else if (text[i] == ',')
                Add();
            else
                name.Append(text[i]);
        }
        Add();
        return names;

        void Add()
        {
            names.Add(name.ToString().Trim());
            name.Clear();
        }
    }
}
