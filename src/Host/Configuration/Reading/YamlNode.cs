namespace BatchEngine.Host.Configuration.Reading;

/// <summary>A piece of a YAML file with the place where it stands. Immutable once read.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>How the piece is named in errors.</summary>
    public abstract string Describe();

    /// <summary>One value; <paramref name="IsQuoted"/> tells 'null' the word from null the absence.</summary>
    internal sealed record Scalar(int Line, int Column, string Text, bool IsQuoted) : YamlNode(Line, Column)
    {
        /// <summary>Whether the file says that there is no value: nothing, "~" or null, unquoted.</summary>
        public bool IsNull => !IsQuoted && (Text is "" or "~" or "null");

        /// <inheritdoc/>
        public override string Describe() => IsNull ? "nothing" : $"'{(Text.Length > 60 ? Text[..57] + "..." : Text)}'";
    }

    /// <summary>A list.</summary>
    internal sealed record Sequence(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
    {
        /// <inheritdoc/>
        public override string Describe() => $"a list of {Items.Count}";
    }

    /// <summary>Keys and values in file order, each key once.</summary>
    internal sealed record Mapping(int Line, int Column, IReadOnlyList<(Scalar Key, YamlNode Value)> Entries) : YamlNode(Line, Column)
    {
        /// <inheritdoc/>
        public override string Describe() => $"a section with {string.Join(", ", Entries.Take(3).Select(e => e.Key.Text))}{(Entries.Count > 3 ? ", ..." : "")}";
    }
}
