using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>Members of the program that nobody but a test names: they belong to the tests, or nowhere. Told by name, so an overload with users hides one
/// without.</summary>
internal static class TestOnlyMembers
{
    // TryHandleAsync is called by the framework through an interface of its own; AskedKeys is the probe that holds the readers to the described keys.
    private static readonly string[] s_calledOtherwise = ["TryHandleAsync", "AskedKeys"];

    /// <summary>Visible members and types of the sources whose name stands nowhere else in them.</summary>
    /// <param name="sources">The program.</param>
    /// <param name="others">Tests and benchmarks.</param>
    public static IEnumerable<string> Violations(IReadOnlyList<SourceFile> sources, IReadOnlyList<SourceFile> others)
    {
        var used = sources.SelectMany(s => Names(s)).ToHashSet(StringComparer.Ordinal);
        var tested = others.SelectMany(s => Names(s)).ToHashSet(StringComparer.Ordinal);
        return from source in sources
               from node in source.Syntax.DescendantNodes()
               let name = VisibleName(node)
               where name is not null && !s_calledOtherwise.Contains(name) && !used.Contains(name) && tested.Contains(name)
               select $"{source.At(node)}: only tests name '{name}'; move it to them or delete it";
    }

    private static string? VisibleName(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m when Counts(m) && m.ExplicitInterfaceSpecifier is null => m.Identifier.Text,
        PropertyDeclarationSyntax p when Counts(p) && p.ExplicitInterfaceSpecifier is null && !IsWritten(p) => p.Identifier.Text,
        FieldDeclarationSyntax f when Counts(f) => f.Declaration.Variables[0].Identifier.Text,
        BaseTypeDeclarationSyntax t when t.Modifiers.Any(SyntaxKind.PublicKeyword) || t.Modifiers.Any(SyntaxKind.InternalKeyword) => t.Identifier.Text,
        _ => null,
    };

    private static bool Counts(MemberDeclarationSyntax member) =>
        !member.Modifiers.Any(SyntaxKind.OverrideKeyword) && !member.Modifiers.Any(SyntaxKind.PrivateKeyword)
        && (member.Modifiers.Any(SyntaxKind.PublicKeyword) || member.Modifiers.Any(SyntaxKind.InternalKeyword));

    /// <summary>Whether a property is data that a serialiser or a database row may read: it has an initialiser part of its own and no body.</summary>
    private static bool IsWritten(PropertyDeclarationSyntax property) =>
        property.Parent is RecordDeclarationSyntax && property.ExpressionBody is null;

    private static IEnumerable<string> Names(SourceFile source) =>
        source.Syntax.DescendantNodes(descendIntoTrivia: false).OfType<SimpleNameSyntax>().Select(n => n.Identifier.Text)
            .Concat(source.Syntax.DescendantNodes().OfType<NameColonSyntax>().Select(n => n.Name.Identifier.Text));
}
