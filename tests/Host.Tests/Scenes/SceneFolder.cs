using System.Diagnostics;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>A copy of one folder of shared/cases/scenes, with its own state folder beside it, in which the program is run as a person would.</summary>
internal sealed class SceneFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SceneFolder(string source) => Copy(source, _folder["scene"]);

    /// <summary>The copy; may be changed freely.</summary>
    public string Path => _folder["scene"];

    /// <summary>The state folder of its runs, outside of the copy.</summary>
    public string Data => _folder["data"];

    /// <summary>The full path of something in the copy, which need not exist.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Copies the scene; skips the test where the shared cases are not beside the repository.</summary>
    public static SceneFolder Open(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var source = System.IO.Path.Combine(at.FullName, "shared", "cases", "scenes", name);
            if (Directory.Exists(source))
                return new SceneFolder(source);
        }
        Assert.Skip($"NeedsSharedData: shared/cases/scenes/{name} is not beside the repository.");
        throw new UnreachableException();
    }

    /// <summary>Runs a command that takes no state folder, standing in the copy.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunInAsync(Path, arguments);

    /// <summary>Runs a command over the scene's own state folder, standing in the copy.</summary>
    public Task<ProgramRun> RunOnDataAsync(params string[] arguments) => RunAsync([.. arguments, "--data", Data]);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(source))
            Copy(folder, System.IO.Path.Combine(target, System.IO.Path.GetFileName(folder)));
    }
}
