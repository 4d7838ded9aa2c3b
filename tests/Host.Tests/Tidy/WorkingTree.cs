namespace BatchEngine.Host.Tests.Tidy;

/// <summary>The files of the repository that people write, build outputs left out.</summary>
internal static class WorkingTree
{
    private static readonly string[] Skipped =
        ["bin", "obj", ".git", "artifacts", "TestResults", "batchengine-data", "demo", "out", ".vs", ".idea", ".vscode", "BenchmarkDotNet.Artifacts"];

    /// <summary>The C# files of src.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } = Read("src", ".cs");

    /// <summary>The C# files of tests.</summary>
    public static IReadOnlyList<SourceFile> Tests { get; } = Read("tests", ".cs");

    /// <summary>The C# files of src and tests.</summary>
    public static IReadOnlyList<SourceFile> SourcesAndTests { get; } = [.. Sources, .. Tests];

    /// <summary>The project files of src.</summary>
    public static IReadOnlyList<SourceFile> Projects { get; } = Read("src", ".csproj");

    /// <summary>README and its neighbours, and every page of docs; design notes are history and left out.</summary>
    public static IReadOnlyList<SourceFile> Documents { get; } =
        [.. Read(".", ".md").Where(f => !f.Path.StartsWith("docs/decisions/", StringComparison.Ordinal) && f.Path != "CHANGELOG.md")];

    /// <summary>Everything written by people: sources, documents, scripts and configuration.</summary>
    public static IReadOnlyList<SourceFile> Everything { get; } =
        Read(".", ".cs", ".csproj", ".props", ".md", ".yaml", ".json", ".sh", ".py", "Dockerfile", "run");

    private static List<SourceFile> Read(string folder, params string[] endings)
    {
        var found = new List<SourceFile>();
        Collect(new DirectoryInfo(Path.Combine(Repository.Root, folder)), endings, found);
        return [.. found.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    private static void Collect(DirectoryInfo folder, string[] endings, List<SourceFile> found)
    {
        foreach (var file in folder.EnumerateFiles().Where(f => endings.Any(e => f.Name.EndsWith(e, StringComparison.Ordinal)) && f.Length < 4 << 20))
            found.Add(new SourceFile(Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName)));
        foreach (var inner in folder.EnumerateDirectories().Where(d => !Skipped.Contains(d.Name)))
            Collect(inner, endings, found);
    }
}
