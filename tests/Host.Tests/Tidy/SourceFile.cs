using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>A file of the working tree; a check that gets a made-up one must find what was planted in it.</summary>
/// <param name="Path">Relative to the repository, with '/'.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private CompilationUnitSyntax? _syntax;

    /// <summary>The C# syntax.</summary>
    public CompilationUnitSyntax Syntax =>
        _syntax ??= CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot();

    /// <summary>"Scorer" for src/Scorer/...; empty elsewhere.</summary>
    public string Room => Path.StartsWith("src/", StringComparison.Ordinal) ? Path.Split('/')[1] : "";

    /// <summary>Lines of a piece of syntax, both ends included.</summary>
    public static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    /// <summary>"path:line".</summary>
    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
