using System.Text.RegularExpressions;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Prices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Configuration keys that a message or a document names: "quality.rejects" must be a key of some file.</summary>
internal static partial class KeyClaims
{
    private static readonly string[] s_fileEndings =
    [
        "yaml", "yml", "md", "db", "json", "onnx", "parquet", "dll", "so", "exe", "cs", "csv", "html", "sh", "py", "txt", "log", "tmp", "bin", "props", "sln",
        "seg", "run", "csproj",
    ];

    // Dotted words of other people: operator domains, machines, hosts, members of a JSON answer, ways of naming things.
    private static readonly string[] s_foreign =
        ["ai.onnx", "ai.onnx.ml", "example.org", "c7i.large", "p3.2xlarge", "libcuda.so.1", "name.output", "a.b", "a.b.c", "com.microsoft"];

    // What `serve` measures is called batchengine.run.events and the like.
    private const string MetricPrefix = "batchengine.";

    private static readonly HashSet<string> s_known = Known();

    /// <summary>Keys named in a text of a source, SQL and style sheets left out, that no file has.</summary>
    public static IEnumerable<string> SourceViolations(IEnumerable<SourceFile> sources) =>
        from source in sources
        from token in source.Syntax.DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.SingleLineRawStringLiteralToken
            or SyntaxKind.MultiLineRawStringLiteralToken
        where !Sql().IsMatch(token.ValueText) && !StyleSheet().IsMatch(token.ValueText)
        from key in Named(token.ValueText)
        select $"{source.Path}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1} names {key}, which is no key of a configuration file";

    /// <summary>Keys named in a document, between back-ticks or not, that no file has.</summary>
    public static IEnumerable<string> DocumentViolations(IEnumerable<SourceFile> documents) =>
        from document in documents
        from key in Named(document.Text)
        select $"{document.Path} names {key}, which is no key of a configuration file";

    private static IEnumerable<string> Named(string text) =>
        Dotted().Matches(text).Select(m => m.Value).Where(word =>
            !s_known.Contains(word) && !word.StartsWith(MetricPrefix, StringComparison.Ordinal) && !s_foreign.Contains(word)
            && !s_fileEndings.Contains(word[(word.LastIndexOf('.') + 1)..]));

    private static HashSet<string> Known()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in new[] { EngineKeys.File, JobKeys.File, PriceSheetKeys.File, FeatureKeys.File, FeatureKeys.Feature })
        {
            foreach (var (path, key) in file.Walk())
            {
                known.Add(path);
                if (key.OldName is { } old)
                    known.UnionWith(file.Walk().Where(k => k.Path.StartsWith(path + ".", StringComparison.Ordinal)).Select(k => old + k.Path[path.Length..]));
            }
        }
        return known;
    }

    // Two or more words in camelCase with dots between them, alone: no path, no address, no code.
    [GeneratedRegex(@"(?<![\w./\\@<*{(-])[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)+(?![\w/(*-]|\.\w)")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"\{[\w\s-]+:[^{}]+[;}]")]
    private static partial Regex StyleSheet();

    [GeneratedRegex(@"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE|JOIN|SET|AND|ORDER)\b")]
    private static partial Regex Sql();
}
