using System.CommandLine;
using BatchEngine.Host.Configuration.Generating;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>`regenerate`, for developers: writes the schemas, the default file and the tables of the documents from the descriptions of the keys.</summary>
internal static class RegenerateCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The repository", DefaultValueFactory = _ => "." };

    /// <summary>The verb, which help does not list.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("regenerate", "For developers: write the schemas, the default file and the tables of the documents from the descriptions of the keys.")
        {
            Folder,
        }, globals, RunAsync).Hide();

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var changed = new List<string>();
        foreach (var file in GeneratedFiles.All)
        {
            var path = Path.Combine(verb.Line.GetValue(Folder)!, file.Path);
            var before = File.Exists(path) ? await File.ReadAllTextAsync(path, ct).ConfigureAwait(false) : "";
            var after = file.Make(before);
            if (after == before)
                continue;
            await File.WriteAllTextAsync(path, after, ct).ConfigureAwait(false);
            changed.Add(file.Path);
        }
        verb.Screen.Answer(changed, () => verb.Screen.Line(changed.Count == 0 ? "Nothing changed." : string.Join('\n', changed)));
        return ExitCode.Done;
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
