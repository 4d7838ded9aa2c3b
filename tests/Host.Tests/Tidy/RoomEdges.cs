using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Who may see whom: Domain, then Storage, then the five service rooms that never see each other, then Host.</summary>
internal static class RoomEdges
{
    private static readonly string[] Services = ["Registry", "Scheduler", "Scorer", "Router", "CostModel"];

    /// <summary>Namespaces of other people's packages, and the folders that may import each; anything else is refused.</summary>
    private static readonly (string Namespace, string[] Folders)[] ThirdParties =
    [
        ("Quartz", ["src/Scheduler/Triggers/"]),
        ("Amazon", ["src/Storage/Blobs/S3/"]),
        ("Azure", ["src/Storage/Blobs/Azure/"]),
        ("Apache.Arrow", ["src/Scorer/Inputs/", "src/Host/"]),
        ("ParquetSharp", ["src/Scorer/Inputs/"]),
        ("Parquet", ["src/Scorer/Outputs/", "src/CostModel/Focus/"]),
        ("Microsoft.ML.OnnxRuntime", ["src/Scorer/Onnx/"]),
        ("ILGPU", ["src/Scorer/Gpu/"]),
        ("Google.Protobuf", ["src/Scorer/Graphs/"]),
        ("Dapper", ["src/Storage/Database/"]),
        ("Microsoft.Data.Sqlite", ["src/Storage/Database/Engine/Sqlite/"]),
        ("Npgsql", ["src/Storage/Database/Engine/Postgres/"]),
        ("SQLitePCL", ["src/Storage/Database/Engine/Sqlite/"]),
        ("System.IO.Hashing", ["src/Storage/", "src/Scorer/"]),
        ("System.Numerics.Tensors", ["src/Scorer/"]),
        ("MathNet.Numerics", ["src/CostModel/Drift/"]),
        ("Spectre.Console", ["src/Host/"]),
        ("System.CommandLine", ["src/Host/"]),
        ("YamlDotNet", ["src/Host/Configuration/Reading/"]),
        ("Microsoft.Extensions", ["src/Host/", "src/Scheduler/"]),
        ("Microsoft.AspNetCore", ["src/Host/"]),
    ];

    private static readonly string[] Platform = ["System", "Microsoft.Win32", "BatchEngine"];

    /// <summary>The rooms that a room may refer to.</summary>
    public static IReadOnlyList<string> Allowed(string room) => room switch
    {
        "Domain" => [],
        "Storage" => ["Domain"],
        "Host" => ["Domain", "Storage", .. Services],
        _ when Services.Contains(room) => ["Domain", "Storage"],
        _ => throw new InvalidOperationException($"Room '{room}' is not in the design: add it to the table on purpose."),
    };

    /// <summary>Project references along any other edge.</summary>
    public static IEnumerable<string> ProjectViolations(IEnumerable<SourceFile> projects) =>
        from project in projects
        from Match reference in Regex.Matches(project.Text, "<ProjectReference Include=\"[^\"]*?([A-Za-z.]+)\\.csproj\"")
        where !Allowed(project.Room).Contains(reference.Groups[1].Value)
        select $"{project.Path} refers to {reference.Groups[1].Value}; {project.Room} may see only: {string.Join(", ", Allowed(project.Room))}";

    /// <summary>Names of a room that must not be seen, in usings and in full names.</summary>
    public static IEnumerable<string> NameViolations(IEnumerable<SourceFile> sources) =>
        from source in sources
        from name in Names(source)
        let match = Regex.Match(name.Text, "^BatchEngine\\.([A-Za-z]+)")
        where match.Success && match.Groups[1].Value != source.Room && !Allowed(source.Room).Contains(match.Groups[1].Value)
        select $"{name.At} sees {name.Text}; {source.Room} may see only: {string.Join(", ", Allowed(source.Room))}";

    /// <summary>Packages imported outside their folder, and packages that the table does not know.</summary>
    public static IEnumerable<string> ThirdPartyViolations(IEnumerable<SourceFile> sources)
    {
        foreach (var source in sources)
        {
            foreach (var (at, text) in Names(source))
            {
                var known = ThirdParties.Where(t => IsUnder(text, t.Namespace)).OrderByDescending(t => t.Namespace.Length).FirstOrDefault();
                if (known.Namespace is not null && !known.Folders.Any(f => source.Path.StartsWith(f, StringComparison.Ordinal)))
                    yield return $"{at} imports {text}, which belongs in {string.Join(" or ", known.Folders)}";
            }
            foreach (var import in source.Syntax.Usings.Where(u => u.Alias is null && u.Name is not null))
            {
                var text = import.Name!.ToString();
                if (!Platform.Any(p => IsUnder(text, p)) && !ThirdParties.Any(t => IsUnder(text, t.Namespace)))
                    yield return $"{source.At(import)} imports {text}, a package that the table of the tidy test does not know";
            }
        }
    }

    /// <summary>Namespaces that are not BatchEngine, the room, and the folder.</summary>
    public static IEnumerable<string> NamespaceViolations(IEnumerable<SourceFile> sources) =>
        from source in sources
        from declared in source.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>()
        let folders = source.Path.Split('/')[1..^1]
        let expected = source.Room == "Domain" ? "BatchEngine.Domain" : "BatchEngine." + string.Join('.', folders)
        where declared.Name.ToString() != expected
        select $"{source.Path} is in namespace {declared.Name}, expected {expected}";

    private static IEnumerable<(string At, string Text)> Names(SourceFile source) =>
        source.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>().Where(u => u.NamespaceOrType is not null)
            .Select(u => (source.At(u), u.NamespaceOrType.ToString()))
            .Concat(source.Syntax.DescendantNodes()
                .Where(n => n is QualifiedNameSyntax or MemberAccessExpressionSyntax
                && n.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax or BaseNamespaceDeclarationSyntax))
                .Where(n => !n.Ancestors().OfType<UsingDirectiveSyntax>().Any())
                .Select(n => (source.At(n), n.ToString()))
                .Where(n => n.Item2.StartsWith("BatchEngine.", StringComparison.Ordinal)
                    || ThirdParties.Any(t => t.Namespace.Contains('.', StringComparison.Ordinal) && IsUnder(n.Item2, t.Namespace))));

    private static bool IsUnder(string name, string root) => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);
}
