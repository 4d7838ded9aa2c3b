using System.CommandLine;
using BatchEngine.Host.Demo;

namespace BatchEngine.Host.Commands;

/// <summary>`demo`: the whole system on sample data, in one command.</summary>
internal static class DemoCommand
{
    private static readonly Option<string> Out =
        new("--out") { Description = "Folder for everything the demo writes; an earlier demo there is replaced", DefaultValueFactory = _ => "demo" };
    private static readonly Option<long> Rows =
        new("--rows") { Description = "Customers on the first day", DefaultValueFactory = _ => Sample.SampleRequest.DefaultCustomers };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("demo", """
            Two nights on sample customers: write data, register the model, score, publish, look up over HTTP, account, watch drift.
            Needs nothing installed and no network.
            """) { Out, Rows }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var folder = DemoFolder.Take(verb.Line.GetValue(Out)!);
        var story = new DemoStory(verb.Screen, verb.Clock, folder, verb.Line.GetValue(Rows));
        return await story.TellAsync(verb.Configuration()
            with
        { DataDirectory = folder.Data, Database = Path.Combine(folder.Data, "batchengine.db"), Blobs = Path.Combine(folder.Data, "blobs") },
            ct).ConfigureAwait(false);
    }
}
