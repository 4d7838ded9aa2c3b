using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Benchmarks.Delta;

/// <summary>What a delta run cannot do without, each alone on one thread with the very classes of the scorer: decode, fingerprint, write. Profiles apart, for
/// information.</summary>
internal static class DeltaStages
{
    public static async Task<IReadOnlyList<ScoreFigures>> EachAsync(RunPlan plan, LoadedModel model, int rows, string folder)
    {
        var features = CompiledFeatures.Compile(plan.Features, plan.Manifest.Columns, model.WantedStorage);
        var columns = ReadColumns.Of(features, "id", [], plan.Manifest);
        var schema = new PredictionSchema("id", ReadColumns.KeyIndex(columns, "id"), columns, [], model.Outputs, "model/0", "run", DateTimeOffset.UnixEpoch);
        var output = new ScoringOutput(schema, new LocalFolderBlobs(folder), (kind, unit) => $"{kind}-{unit}", plan.Job.CheckpointRows)
        {
            PartitionCount = plan.PartitionCount,
        };
        var setup = new ScoringSetup(new ScoringInput(plan.Manifest, plan.Shards[0].Ranges, columns, plan.UnitRows), new ScoringModel(model, features, 1),
            output,
            RejectBudget.Default, Checkpoint.Start);
        using var buffers = new UnitBuffers(setup);
        var units = setup.Input.Units.ToArray();
        var decode = await ScoreFigures.OfAsync("decode alone", rows, () => Task.FromResult(Decode(setup, buffers, units)));
        var scored = new ScoredColumns(setup);
        var predictions = new UnitPredictions(model.Outputs.Count, setup.Input.MaxRows) { Rows = buffers.Columns.Rows };
        predictions.WritableValues.Clear();
        predictions.Confidence.Clear();
        var done = (long)units.Length * buffers.Columns.Rows;
        var fingerprint = await ScoreFigures.OfAsync("fingerprint alone", done, () => Repeat(units.Length, () => scored.Fingerprint(buffers.Features)));
        var profiles = new ProfileCollector(plan.ProfileEdges, columns, model.Outputs, plan.ProfiledRows, []);
        var profile = await ScoreFigures.OfAsync("profiles, apart", done, () => Repeat(units.Length, () => profiles.Add(buffers.Columns, predictions, 0)));
        var write = await ScoreFigures.OfAsync("write alone", done, () => WriteAsync(setup, buffers, units, scored, predictions));
        Directory.Delete(folder, recursive: true);
        return [decode, fingerprint, profile, write];
    }

    private static string Decode(ScoringSetup setup, UnitBuffers buffers, UnitSlice[] units)
    {
        using var file = InputFileReader.Open(setup.Input.Manifest.Files[0]);
        string[] names = [.. setup.Input.Columns.Select(c => c.Name)];
        for (var i = 0; i < units.Length;)
        {
            using var group = file.OpenRowGroup(units[i].RowGroup, names);
            for (var row = units[i].RowGroup; i < units.Length && units[i].RowGroup == row; i++)
            {
                group.Read(buffers.Columns, units[i].Rows);
                setup.Model.Features.Transform(buffers.Columns, buffers.Features);
            }
        }

        using var first = file.OpenRowGroup(units[0].RowGroup, names);
        first.Read(buffers.Columns, units[0].Rows); // a whole unit for the stages that follow
        setup.Model.Features.Transform(buffers.Columns, buffers.Features);
        return "1 thread";
    }

    private static Task<string> Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
            action();
        return Task.FromResult("1 thread");
    }

    // Parquet and run file, committed as often as a worker does.
    private static async Task<string> WriteAsync(ScoringSetup setup, UnitBuffers buffers, UnitSlice[] units, ScoredColumns scored, UnitPredictions predictions)
    {
        await using var files = new CheckpointFiles(setup, new PredictionFile(setup.Output.Schema));
        foreach (var unit in units)
        {
            var rows = new ScoredUnit(buffers.Columns, predictions, default, buffers.Columns.Rows, unit.FirstRowNumber);
            scored.Fill(rows);
            await files.WriteAsync(unit, rows, scored, [], CancellationToken.None);
            if (files.Rows >= setup.Output.CheckpointRows)
                await files.CommitAsync(CancellationToken.None);
        }

        await files.CommitAsync(CancellationToken.None);
        return "1 thread";
    }
}
