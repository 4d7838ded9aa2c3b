using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>How long files and methods may be, and what a file may hold.</summary>
internal static class Shape
{
    /// <summary>The most lines of a file.</summary>
    public const int MaxFileLines = 500;

    /// <summary>The most lines of a method.</summary>
    public const int MaxMethodLines = 70;

    private static readonly string[] EmptyWords = ["Utils", "Util", "Helpers", "Helper", "Common", "Core", "Impl", "Manager", "Misc"];

    /// <summary>Files and methods over the limits.</summary>
    public static IEnumerable<string> LengthViolations(IEnumerable<SourceFile> sources)
    {
        foreach (var source in sources)
        {
            var lines = source.Text.AsSpan().Count('\n');
            if (lines > MaxFileLines)
                yield return $"{source.Path} has {lines} lines, at most {MaxFileLines}";
            foreach (var method in source.Syntax.DescendantNodes()
                .Where(n => n is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax))
            {
                if (SourceFile.LinesOf(method) > MaxMethodLines)
                    yield return $"{source.At(method)}: a method of {SourceFile.LinesOf(method)} lines, at most {MaxMethodLines}";
            }
        }
    }

    /// <summary>Files with two public types, or one with another name than the file's.</summary>
    public static IEnumerable<string> PublicTypeViolations(IEnumerable<SourceFile> sources)
    {
        foreach (var source in sources)
        {
            var types = TopLevel(source).Where(t => t.Modifiers.Any(SyntaxKind.PublicKeyword)).Select(NameOf).Distinct(StringComparer.Ordinal).ToList();
            var file = Path.GetFileNameWithoutExtension(source.Path).Split('.')[0];
            if (types.Count > 1)
                yield return $"{source.Path} has {types.Count} public types: {string.Join(", ", types)}";
            else if (types.Count == 1 && types[0] != file)
                yield return $"{source.Path} has the public type {types[0]}: name the file after it";
        }
    }

    /// <summary>Words that say nothing, in names of types and folders; and types named like the end of their namespace.</summary>
    public static IEnumerable<string> NameViolations(IEnumerable<SourceFile> sources)
    {
        foreach (var source in sources)
        {
            foreach (var folder in source.Path.Split('/')[..^1].Where(f => EmptyWords.Contains(f)))
                yield return $"{source.Path}: folder '{folder}' says nothing";
            foreach (var type in TopLevel(source))
            {
                var name = NameOf(type);
                if (EmptyWords.Any(w => name.EndsWith(w, StringComparison.Ordinal)))
                    yield return $"{source.At(type)}: '{name}' says nothing";
                if (type.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()?.Name.ToString().Split('.')[^1] == name)
                    yield return $"{source.At(type)}: '{name}' is the last word of its namespace";
            }
        }
    }

    /// <summary>Unfinished work, and traces of the machine it was written on.</summary>
    public static IEnumerable<string> WordViolations(IEnumerable<SourceFile> files)
    {
        string[] words = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "C:\\" + "Users"];
        return from file in files
               from word in words
               where file.Text.Contains(word, StringComparison.Ordinal)
               select $"{file.Path} has '{word}'";
    }

    private static IEnumerable<MemberDeclarationSyntax> TopLevel(SourceFile source) =>
        source.Syntax.Members.SelectMany(m => m is BaseNamespaceDeclarationSyntax space ? space.Members : new SyntaxList<MemberDeclarationSyntax>(m))
            .Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax function ? function.Identifier.Text : ((BaseTypeDeclarationSyntax)type).Identifier.Text;
}
