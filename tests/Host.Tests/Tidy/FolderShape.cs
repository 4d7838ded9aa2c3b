using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>The walls inside a room: how many files a folder holds, that folders do not need each other in a circle, and how wide a line is.</summary>
internal static class FolderShape
{
    /// <summary>The most C# files of one folder.</summary>
    public const int MaxFolderFiles = 25;

    /// <summary>The most columns of a line.</summary>
    public const int MaxColumns = 160;

    /// <summary>Folders with too many files.</summary>
    public static IEnumerable<string> SizeViolations(IEnumerable<SourceFile> sources) =>
        from source in sources
        group source by FolderOf(source) into folder
        where folder.Count() > MaxFolderFiles
        select $"{folder.Key} holds {folder.Count()} files, at most {MaxFolderFiles}: it is two rooms";

    /// <summary>Lines that are too wide.</summary>
    public static IEnumerable<string> WidthViolations(IEnumerable<SourceFile> sources) =>
        from source in sources
        from line in source.Text.Split('\n').Select((text, index) => (Text: text.TrimEnd('\r'), Number: index + 1))
        where line.Text.Length > MaxColumns
        select $"{source.Path}:{line.Number} has {line.Text.Length} columns, at most {MaxColumns}";

    /// <summary>Circles between the folders of a project, each with one file and type behind every step.</summary>
    public static IEnumerable<string> CircleViolations(IEnumerable<SourceFile> sources) =>
        sources.GroupBy(s => s.Room).SelectMany(room => Circles(EdgesOf([.. room])));

    private static Dictionary<string, SortedDictionary<string, string>> EdgesOf(IReadOnlyList<SourceFile> sources)
    {
        var homes = sources.SelectMany(s => Declared(s).Select(d => (d.Name, d.Space, Folder: FolderOf(s)))).ToLookup(d => d.Name);
        var extensions = sources.SelectMany(s => Extensions(s).Select(e => (e.Name, e.Space, Folder: FolderOf(s)))).ToLookup(d => d.Name);
        var edges = new Dictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var (own, visible) = (FolderOf(source), VisibleSpaces(source));
            var seen = NamedTypes(source).SelectMany(name => homes[name]).Concat(CalledMembers(source).SelectMany(name => extensions[name]));
            foreach (var (name, space, folder) in seen.Where(d => d.Folder != own && visible.Contains(d.Space)))
            {
                if (!edges.TryGetValue(own, out var to))
                    edges[own] = to = new(StringComparer.Ordinal);
                to.TryAdd(folder, $"{Path.GetFileName(source.Path)} names {name}");
            }
        }
        return edges;
    }

    /// <summary>Each pair of folders that reach each other, told once as the shortest way there and back.</summary>
    private static IEnumerable<string> Circles(Dictionary<string, SortedDictionary<string, string>> edges)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in edges.Keys.Order(StringComparer.Ordinal))
        {
            if (ShortestWayBack(edges, start) is { } way && told.Add(string.Join(' ', way.Distinct().Order(StringComparer.Ordinal))))
                yield return "circle: " + string.Join(", ", way.Zip(way.Skip(1), (from, to) => $"{from} -> {to} ({edges[from][to]})"));
        }
    }

    private static List<string>? ShortestWayBack(Dictionary<string, SortedDictionary<string, string>> edges, string start)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var queue = new Queue<string>([start]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in edges.TryGetValue(at, out var to) ? to.Keys : Enumerable.Empty<string>())
            {
                if (next == start)
                {
                    List<string> way = [start];
                    for (var step = at; step != start; step = cameFrom[step])
                        way.Add(step);
                    way.Add(start);
                    way.Reverse();
                    return way;
                }
                if (cameFrom.TryAdd(next, at))
                    queue.Enqueue(next);
            }
        }
        return null;
    }

    private static string FolderOf(SourceFile source) => Path.GetDirectoryName(source.Path)!.Replace('\\', '/');

    private static HashSet<string> VisibleSpaces(SourceFile source)
    {
        var spaces = source.Syntax.Usings.Where(u => u.Name is not null).Select(u => u.Name!.ToString()).ToHashSet(StringComparer.Ordinal);
        var parts = SpaceOf(source).Split('.');
        for (var length = 1; length <= parts.Length; length++)
            spaces.Add(string.Join('.', parts[..length]));
        return spaces;
    }

    private static string SpaceOf(SourceFile source) => source.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

    private static IEnumerable<(string Name, string Space)> Declared(SourceFile source) =>
        source.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>().SelectMany(n => n.Members.Select(m => (Name: m switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax function => function.Identifier.Text,
            _ => "",
        }, Space: n.Name.ToString())));

    private static IEnumerable<(string Name, string Space)> Extensions(SourceFile source) =>
        source.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.ParameterList.Parameters.FirstOrDefault() is { } first && first.Modifiers.Any(SyntaxKind.ThisKeyword))
            .Select(m => (m.Identifier.Text, SpaceOf(source)));

    /// <summary>Names that may be types: all but the right side of a dot and the names of arguments. Comments do not count.</summary>
    private static IEnumerable<string> NamedTypes(SourceFile source) =>
        source.Syntax.DescendantNodes().OfType<SimpleNameSyntax>()
            .Where(n => n.Parent is not (NameColonSyntax or NameEqualsSyntax) && (n.Parent as MemberAccessExpressionSyntax)?.Name != n
                && n.Parent is not MemberBindingExpressionSyntax)
            .Select(n => n.Identifier.Text).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> CalledMembers(SourceFile source) =>
        source.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>().Select(call => call.Expression).OfType<MemberAccessExpressionSyntax>()
            .Select(m => m.Name.Identifier.Text).Distinct(StringComparer.Ordinal);
}
