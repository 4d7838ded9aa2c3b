using System.CommandLine;
using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Host.Configuration.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>What the documents say exists: paths, commands, types, and examples that must parse.</summary>
internal static class DocumentClaims
{
    private static readonly string[] MadeByRunning = ["batchengine-data", "demo", "out", "data"];

    /// <summary>Links and back-ticked paths that lead nowhere. A path is relative to the repository, or to the document for a link.</summary>
    public static IEnumerable<string> PathViolations(IEnumerable<SourceFile> documents)
    {
        foreach (var document in documents)
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document.Path))!;
            foreach (Match link in Regex.Matches(document.Text, @"\]\((?!https?:|#)([^)#\s]+)[^)]*\)"))
            {
                if (!Path.Exists(Path.Combine(folder, link.Groups[1].Value)))
                    yield return $"{document.Path} links to {link.Groups[1].Value}, which is not there";
            }
            foreach (Match ticked in Regex.Matches(WithoutBlocks(document.Text),
                @"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|sh|yaml|json|props|sln|txt|py|onnx))`"))
            {
                var path = ticked.Groups[1].Value;
                if (!MadeByRunning.Contains(path.Split('/')[0]) && !Path.Exists(Path.Combine(Repository.Root, path))
                    && !Path.Exists(Path.Combine(folder, path)))
                    yield return $"{document.Path} names {path}, which is not there";
            }
        }
    }

    /// <summary>"batchengine verb" in ticks or examples where the program has no such verb or subverb.</summary>
    public static IEnumerable<string> CommandViolations(IEnumerable<SourceFile> documents, Command root)
    {
        foreach (var document in documents)
        {
            foreach (Match call in Regex.Matches(document.Text, @"(?:`|^|\$ )(?:batchengine|dotnet run -c Release --project src/Host --)((?: [a-z][a-z-]*)+)",
                RegexOptions.Multiline))
            {
                var words = call.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var verb = root.Subcommands.FirstOrDefault(c => c.Name == words[0]);
                if (verb is null)
                    yield return $"{document.Path} names 'batchengine {words[0]}', which the program does not know";
                else if (verb.Subcommands.Count > 0 && words.Length > 1 && verb.Subcommands.All(c => c.Name != words[1]))
                    yield return $"{document.Path} names 'batchengine {words[0]} {words[1]}', which the program does not know";
            }
        }
    }

    /// <summary>Back-ticked words in PascalCase that no type, member or enum value of the sources has; a foreign name (an ONNX operator) counts where a
    /// source has it as a text.</summary>
    public static IEnumerable<string> TypeViolations(IEnumerable<SourceFile> documents, IEnumerable<SourceFile> sources)
    {
        var known = sources.SelectMany(s => s.Syntax.DescendantNodes()).SelectMany(DeclaredNames).ToHashSet(StringComparer.Ordinal);
        return from document in documents
               from Match ticked in Regex.Matches(WithoutBlocks(document.Text),
                   @"`([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:<\w+>)?(?:\.([A-Z]\w+))?(?:\([^`]*\))?`")
               from name in new[] { ticked.Groups[1].Value, ticked.Groups[2].Value }
               where name.Length > 0 && !known.Contains(name)
               select $"{document.Path} names {name}, which the sources do not have";
    }

    /// <summary>YAML blocks that start with "name:" (a job), "features:" or "source:" (prices) and do not read.</summary>
    public static IEnumerable<string> ExampleViolations(IEnumerable<SourceFile> documents)
    {
        foreach (var document in documents)
        {
            foreach (Match block in Regex.Matches(document.Text, "^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline))
            {
                if (ProblemOf(document.Path, block.Groups[1].Value) is { } problem)
                    yield return problem;
            }
        }
    }

    /// <summary>Rows "| `src/Room/` | Folder, Folder |" that differ from the folders that hold sources; a room of one flat namespace says "by topic".</summary>
    public static IEnumerable<string> FolderViolations(SourceFile page, IEnumerable<SourceFile> sources)
    {
        var rows = Regex.Matches(page.Text, @"^\| `src/(\w+)/` \| ([^|]+) \|", RegexOptions.Multiline)
            .ToDictionary(r => r.Groups[1].Value, r => r.Groups[2].Value.Trim());
        foreach (var room in sources.Where(s => s.Path.Count(c => c == '/') > 2).GroupBy(s => s.Room).OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            if (!rows.TryGetValue(room.Key, out var said))
                yield return $"{page.Path} has no row for src/{room.Key}/";
            else if (said != "by topic")
            {
                var named = said.Split(", ").ToHashSet(StringComparer.Ordinal);
                var real = room.Select(s => s.Path.Split('/')[2]).ToHashSet(StringComparer.Ordinal);
                foreach (var folder in real.Except(named).Order(StringComparer.Ordinal))
                    yield return $"{page.Path} does not name src/{room.Key}/{folder}";
                foreach (var folder in named.Except(real).Order(StringComparer.Ordinal))
                    yield return $"{page.Path} names src/{room.Key}/{folder}, which holds no source";
            }
        }
    }

    /// <summary>Lines of a page that are too wide; tables and examples may be.</summary>
    public static IEnumerable<string> WidthViolations(IEnumerable<SourceFile> documents)
    {
        foreach (var document in documents)
        {
            var isExample = false;
            foreach (var (text, number) in document.Text.Split('\n').Select((text, index) => (text.TrimEnd('\r'), index + 1)))
            {
                if (text.TrimStart().StartsWith("```", StringComparison.Ordinal))
                    isExample = !isExample;
                else if (!isExample && text.Length > FolderShape.MaxColumns && !text.TrimStart().StartsWith('|'))
                    yield return $"{document.Path}:{number} has {text.Length} columns, at most {FolderShape.MaxColumns}";
            }
        }
    }

    private static string? ProblemOf(string path, string example)
    {
        var problems = new ConfigProblems(path);
        try
        {
            var root = YamlText.Read(example, problems);
            switch (root.Entries.FirstOrDefault().Key?.Text)
            {
                case "name":
                    JobFile.Read(root, Path.Combine(Repository.Root, "config/jobs"), problems);
                    break;
                case "features":
                    FeaturesFile.Read(root, problems);
                    break;
                case "source":
                    PriceSheetFile.Read(root, problems);
                    break;
                default:
                    EngineConfigurationFile.Read(root, problems);
                    break;
            }
            return null;
        }
        catch (BadInputException e)
        {
            return $"an example does not read: {e.Message}";
        }
    }

    private static string WithoutBlocks(string text) => Regex.Replace(text, "^```.*?^```", "", RegexOptions.Multiline | RegexOptions.Singleline);

    private static IEnumerable<string> DeclaredNames(Microsoft.CodeAnalysis.SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier.Text],
        MethodDeclarationSyntax method => [method.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        EnumMemberDeclarationSyntax member => [member.Identifier.Text],
        ParameterSyntax parameter => [parameter.Identifier.Text],
        LiteralExpressionSyntax { Token.Value: string foreign } => [foreign],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(v => v.Identifier.Text),
        _ => [],
    };
}
