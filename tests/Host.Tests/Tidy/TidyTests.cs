using System.CommandLine;
using BatchEngine.Host.Commands;

namespace BatchEngine.Host.Tests.Tidy;

/// <summary>The rules of the house on the real tree; each check is also shown a planted fault, so that its silence means something.</summary>
public sealed class TidyTests
{
    [Fact]
    public void Tree_WasFound() =>
        Assert.True(WorkingTree.Sources.Count > 100
        && WorkingTree.Projects.Count == 8, $"{WorkingTree.Sources.Count} sources, {WorkingTree.Projects.Count} projects");

    [Fact]
    public void ProjectReferences_FollowTheDesign() => Clean(RoomEdges.ProjectViolations(WorkingTree.Projects));

    [Fact]
    public void ProjectReferences_PlantedEdge_IsFound() =>
        Finds("CostModel", RoomEdges.ProjectViolations([new("src/Router/Router.csproj", "<ProjectReference Include=\"../CostModel/CostModel.csproj\" />")]));

    [Fact]
    public void Rooms_SeeOnlyWhatTheDesignAllows() => Clean(RoomEdges.NameViolations(WorkingTree.Sources));

    [Theory]
    [InlineData("using BatchEngine.Scorer.Inputs;")]
    [InlineData("class A { BatchEngine.Scorer.Inputs.X? x; }")]
    [InlineData("class A { object x = BatchEngine.Scorer.Inputs.X.Y; }")]
    public void Rooms_PlantedSight_IsFound(string text) => Finds("BatchEngine.Scorer", RoomEdges.NameViolations([new("src/Router/Lookup/A.cs", text)]));

    [Fact]
    public void Packages_AreImportedInTheirFolderOnly() => Clean(RoomEdges.ThirdPartyViolations(WorkingTree.Sources));

    [Theory]
    [InlineData("src/Router/Lookup/A.cs", "using Dapper;", "Dapper")]
    [InlineData("src/Host/Commands/A.cs", "using YamlDotNet.Core;", "YamlDotNet")]
    [InlineData("src/Scorer/Inputs/A.cs", "using Parquet;", "Parquet")]
    [InlineData("src/Host/Http/A.cs", "using Newtonsoft.Json;", "does not know")]
    [InlineData("src/Host/Http/A.cs", "class A { Microsoft.Data.Sqlite.SqliteConnection? c; }", "Microsoft.Data.Sqlite")]
    public void Packages_PlantedImport_IsFound(string path, string text, string said) => Finds(said, RoomEdges.ThirdPartyViolations([new(path, text)]));

    [Fact]
    public void Namespaces_AreRoomAndFolder() => Clean(RoomEdges.NamespaceViolations(WorkingTree.Sources));

    [Fact]
    public void Namespaces_PlantedOther_IsFound() =>
        Finds("expected BatchEngine.Router.Lookup", RoomEdges.NamespaceViolations([new("src/Router/Lookup/A.cs", "namespace BatchEngine.Router;")]));

    [Fact]
    public void FilesAndMethods_AreShort() => Clean(Shape.LengthViolations(WorkingTree.SourcesAndTests));

    [Fact]
    public void FilesAndMethods_PlantedLength_IsFound()
    {
        Finds("501 lines", Shape.LengthViolations([new("src/A.cs", new string('\n', 501))]));
        Finds("a method of 71 lines", Shape.LengthViolations([new("src/A.cs", "class A { void M() {" + new string('\n', 70) + "} }")]));
        Clean(Shape.LengthViolations([new("src/A.cs", "class A { void M() {" + new string('\n', 69) + "} }")]));
    }

    [Fact]
    public void Files_HoldOnePublicTypeNamedLikeThem() => Clean(Shape.PublicTypeViolations(WorkingTree.Sources));

    [Theory]
    [InlineData("namespace N; public class A; public class B;", "2 public types")]
    [InlineData("namespace N; public class B;", "name the file after it")]
    public void Files_PlantedPublicType_IsFound(string text, string said) => Finds(said, Shape.PublicTypeViolations([new("src/A.cs", text)]));

    [Fact]
    public void Folders_HoldFewFiles() => Clean(FolderShape.SizeViolations(WorkingTree.Sources));

    [Fact]
    public void Folders_PlantedSize_IsFound()
    {
        Finds("src/A/B holds 26 files", FolderShape.SizeViolations(Enumerable.Range(0, 26).Select(i => new SourceFile($"src/A/B/F{i}.cs", ""))));
        Clean(FolderShape.SizeViolations(Enumerable.Range(0, 25).Select(i => new SourceFile($"src/A/B/F{i}.cs", ""))));
    }

    [Fact]
    public void Folders_NeedEachOtherInNoCircle() => Clean(FolderShape.CircleViolations(WorkingTree.Sources));

    [Fact]
    public void Folders_PlantedCircle_IsFound()
    {
        SourceFile one = new("src/A/One/X.cs", "using BatchEngine.A.Two; namespace BatchEngine.A.One; class X { Y? y; }");
        SourceFile two = new("src/A/Two/Y.cs", "using BatchEngine.A.One; namespace BatchEngine.A.Two; class Y { void M() => X.Z(); }");
        SourceFile deep = new("src/A/Two/Deep/Z.cs", "namespace BatchEngine.A.Two.Deep; class Z { Y? y; }");
        Finds("src/A/One -> src/A/Two (X.cs names Y), src/A/Two -> src/A/One (Y.cs names X)", FolderShape.CircleViolations([one, two]));
        Clean(FolderShape.CircleViolations([one, new("src/A/Two/Y.cs", "namespace BatchEngine.A.Two; class Y { object X => 1; }"), deep]));
        Finds("src/A/Two/Deep -> src/A/Two",
            FolderShape.CircleViolations([deep, new("src/A/Two/Y.cs", "using BatchEngine.A.Two.Deep; namespace BatchEngine.A.Two; class Y { Z? z; }")]));
    }

    [Fact]
    public void Lines_AreNarrow() => Clean(FolderShape.WidthViolations(WorkingTree.SourcesAndTests));

    [Fact]
    public void Lines_PlantedWidth_IsFound()
    {
        Finds("src/A.cs:2 has 161 columns", FolderShape.WidthViolations([new("src/A.cs", "\n" + new string('x', 161))]));
        Clean(FolderShape.WidthViolations([new("src/A.cs", new string('x', 160) + "\r\n")]));
    }

    [Fact]
    public void Members_AreUsedByTheProgram() => Clean(TestOnlyMembers.Violations(WorkingTree.Sources, WorkingTree.Tests));

    [Fact]
    public void Members_PlantedTestOnly_IsFound()
    {
        SourceFile source = new("src/A.cs", "public class A { public int Used() => 1; public int Lonely() => Used(); } class B { A? a; }");
        Finds("only tests name 'Lonely'", TestOnlyMembers.Violations([source], [new("tests/T.cs", "class T { object x = new A().Lonely(); }")]));
        Clean(TestOnlyMembers.Violations([source], [new("tests/T.cs", "class T { object x = new A().Used(); }")]));
    }

    [Fact]
    public void Names_SaySomething() => Clean(Shape.NameViolations(WorkingTree.Sources));

    [Theory]
    [InlineData("src/Router/Utils/A.cs", "class A;", "folder 'Utils'")]
    [InlineData("src/Router/A.cs", "class RouteManager;", "'RouteManager' says nothing")]
    [InlineData("src/Router/A.cs", "namespace BatchEngine.Router; class Router;", "the last word of its namespace")]
    public void Names_PlantedEmptyWord_IsFound(string path, string text, string said) => Finds(said, Shape.NameViolations([new(path, text)]));

    [Fact]
    public void Tree_HasNoUnfinishedWorkAndNoMachinePath() => Clean(Shape.WordViolations(WorkingTree.Everything));

    [Fact]
    public void Tree_PlantedWord_IsFound() => Finds("src/A.cs", Shape.WordViolations([new("src/A.cs", "// TO" + "DO later")]));

    [Fact]
    public void Documents_NamePathsThatExist() => Clean(DocumentClaims.PathViolations(WorkingTree.Documents));

    [Theory]
    [InlineData("see `src/Nowhere/Gone.cs`")]
    [InlineData("see [this](gone.md)")]
    public void Documents_PlantedPath_IsFound(string text) => Finds("is not there", DocumentClaims.PathViolations([new("README.md", text)]));

    [Fact]
    public void Documents_NameCommandsThatExist() => Clean(DocumentClaims.CommandViolations(WorkingTree.Documents, Verbs.Build(new GlobalOptions())));

    [Fact]
    public void Documents_PlantedCommand_IsFound()
    {
        var root = new RootCommand { new Command("runs") { new Command("list") } };
        Finds("batchengine fly", DocumentClaims.CommandViolations([new("README.md", "Try `batchengine fly`.")], root));
        Finds("batchengine runs sing", DocumentClaims.CommandViolations([new("README.md", "Try `batchengine runs sing`.")], root));
        Finds("batchengine fly", DocumentClaims.CommandViolations([new("README.md", "```\nbatchengine fly --high\n```")], root));
        Clean(DocumentClaims.CommandViolations([new("README.md", "Try `batchengine runs list`.")], root));
    }

    [Fact]
    public void Documents_NameTypesThatExist() => Clean(DocumentClaims.TypeViolations(WorkingTree.Documents, WorkingTree.Sources));

    [Fact]
    public void Documents_PlantedType_IsFound() =>
        Finds("UnicornFactory", DocumentClaims.TypeViolations([new("README.md", "A `UnicornFactory` makes them.")], WorkingTree.Sources));

    [Fact]
    public void Architecture_NamesTheFoldersThatThereAre() =>
        Clean(DocumentClaims.FolderViolations(WorkingTree.Documents.Single(d => d.Path == "ARCHITECTURE.md"), WorkingTree.Sources));

    [Fact]
    public void Architecture_PlantedFolder_IsFound()
    {
        SourceFile[] sources = [new("src/A/One/X.cs", ""), new("src/A/Two/Y.cs", ""), new("src/B/Three/Z.cs", "")];
        var said = DocumentClaims.FolderViolations(new("ARCHITECTURE.md", "| `src/A/` | One, Gone | page |\n"), sources).ToList();
        Assert.Equal(["ARCHITECTURE.md does not name src/A/Two", "ARCHITECTURE.md names src/A/Gone, which holds no source",
            "ARCHITECTURE.md has no row for src/B/"], said);
    }

    [Fact]
    public void Documents_AreNarrow() => Clean(DocumentClaims.WidthViolations(WorkingTree.Documents));

    [Fact]
    public void Documents_PlantedWidth_IsFound()
    {
        var wide = new string('x', 161);
        Finds("README.md:2 has 161 columns", DocumentClaims.WidthViolations([new("README.md", "\n" + wide)]));
        Clean(DocumentClaims.WidthViolations([new("README.md", $"```\n{wide}\n```\n| {wide} |")]));
    }

    [Fact]
    public void Documents_ExamplesRead() => Clean(DocumentClaims.ExampleViolations(WorkingTree.Documents));

    [Fact]
    public void Documents_PlantedExample_IsFound() =>
        Finds("badget", DocumentClaims.ExampleViolations([new("README.md", "```yaml\nname: a\nbadget: 1\n```\n")]));

    private static void Clean(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, $"{found.Count} violations:\n{string.Join('\n', found)}");
    }

    private static void Finds(string said, IEnumerable<string> violations) => Assert.Contains(said, string.Join('\n', violations), StringComparison.Ordinal);
}
