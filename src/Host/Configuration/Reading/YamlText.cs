using System.Globalization;
using BatchEngine.Domain;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BatchEngine.Host.Configuration.Reading;

/// <summary>Reads one YAML document into nodes that know their place. Duplicate keys, aliases, tags and a second document are refused.</summary>
internal static class YamlText
{
    /// <summary>The largest configuration file read.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The deepest nesting read.</summary>
    public const int MaxDepth = 16;

    /// <summary>Reads a file.</summary>
    /// <exception cref="BadInputException">The file is missing, unreadable, too large, or no YAML of the supported kind.</exception>
    public static YamlNode.Mapping ReadFile(string path, ConfigProblems problems)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new BadInputException(path, $"{length} bytes", $"at most {MaxBytes} bytes",
                    "A configuration file is written by hand; is this the right path?");
            return Read(File.ReadAllText(path), problems);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException(path, "no file", "a YAML file", "Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(path, "a file that cannot be read", "a readable YAML file", e.Message, e);
        }
    }

    /// <summary>Reads text; an empty document is an empty section.</summary>
    /// <exception cref="BadInputException">The text is no YAML of the supported kind.</exception>
    public static YamlNode.Mapping Read(string text, ConfigProblems problems)
    {
        try
        {
            var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return new YamlNode.Mapping(1, 1, []);
            parser.Consume<DocumentStart>();
            var root = ReadNode(parser, problems, "", depth: 0);
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart second)
                throw new BadInputException(At(problems, second.Start), "a second document", "one document a file", "Put each job into its own file.");
            return root switch
            {
                YamlNode.Mapping mapping => mapping,
                YamlNode.Scalar { IsNull: true } => new YamlNode.Mapping(1, 1, []),
                _ => throw new BadInputException(problems.Place(root, ""), root.Describe(), "keys and values (name: value)", "See the examples under config/."),
            };
        }
        catch (YamlException e)
        {
            throw new BadInputException(At(problems, e.Start), e.InnerException?.Message
                ?? e.Message, "YAML", "Check indentation, quotes and brackets on this line and the one before it.", e);
        }
    }

    private static YamlNode ReadNode(Parser parser, ConfigProblems problems, string path, int depth)
    {
        var at = parser.Current!;
        if (depth > MaxDepth)
            throw new BadInputException(At(problems, at.Start), $"nesting deeper than {MaxDepth}", "a flat file", "Check the indentation.");
        if (at is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw new BadInputException(At(problems, at.Start), "an anchor or alias", "plain values", "Write the value out where it is used.");
        if (at is NodeEvent { Tag.IsEmpty: false } tagged)
            throw new BadInputException(At(problems, at.Start), $"the tag '{tagged.Tag.Value}'", "plain values",
                "Remove the tag: the key says what its value is.");
        var (line, column) = ((int)at.Start.Line, (int)at.Start.Column);
        switch (at)
        {
            case Scalar scalar:
                parser.MoveNext();
                return new YamlNode.Scalar(line, column, scalar.Value, scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted);
            case SequenceStart:
                parser.MoveNext();
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    items.Add(ReadNode(parser, problems, $"{path}[{items.Count}]", depth + 1));
                return new YamlNode.Sequence(line, column, items);
            default:
                parser.Consume<MappingStart>();
                return ReadMapping(parser, problems, path, depth, line, column);
        }
    }

    private static YamlNode.Mapping ReadMapping(Parser parser, ConfigProblems problems, string path, int depth, int line, int column)
    {
        var entries = new List<(YamlNode.Scalar Key, YamlNode Value)>();
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(parser, problems, path, depth + 1) is not YamlNode.Scalar key)
                throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{problems.File}:{line}:{column}"),
                    "a key that is a list or a section", "a word", "Check the indentation.");
            var keyPath = path.Length == 0 ? key.Text : $"{path}.{key.Text}";
            var value = ReadNode(parser, problems, keyPath, depth + 1);
            if (firstLines.TryAdd(key.Text, key.Line))
                entries.Add((key, value));
            else
                problems.Add(key, keyPath, "the key a second time", $"each key once (it is on line {firstLines[key.Text]} too)", "Remove one of the two.");
        }
        return new YamlNode.Mapping(line, column, entries);
    }

    private static string At(ConfigProblems problems, Mark mark) => string.Create(CultureInfo.InvariantCulture, $"{problems.File}:{mark.Line}:{mark.Column}");
}
