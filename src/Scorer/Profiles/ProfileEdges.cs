using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Chooses the fixed bins of a job's profiles from a sample over the whole of a manifest. Deterministic: the same input and model give the same
/// edges.</summary>
public static class ProfileEdges
{
    /// <summary>The key of an output's edges: its name, or "output:" and its name when a source column has the same one.</summary>
    public static string OutputName(string output, IReadOnlySet<string> inputNames) => inputNames.Contains(output) ? $"output:{output}" : output;

    /// <summary>The keys of everything that is profiled: the features' source columns and the model's outputs.</summary>
    /// <param name="spec">What the model reads.</param>
    /// <param name="outputs">What it gives.</param>
    public static (IReadOnlyList<string> Sources, IReadOnlyList<string> Outputs) Names(FeatureSpec spec, IReadOnlyList<OutputColumn> outputs)
    {
        var sources = spec.SourceColumns.ToHashSet(StringComparer.Ordinal);
        return (spec.SourceColumns, [.. outputs.Where(o => o.IsNamed).Select(o => OutputName(o.Name, sources))]);
    }

    /// <summary>Reads, scores and bins a sample of the manifest.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="spec">What the model reads.</param>
    /// <param name="model">Opened for the spec's features.</param>
    /// <param name="files">Where the files are.</param>
    /// <param name="ct">Stops reading the sample.</param>
    /// <returns>Edges by source column and output name; a column without any value has edges of one bin. Nothing, when there are no rows.</returns>
    /// <exception cref="BadInputException">The sample cannot be read or scored.</exception>
    public static Task<IReadOnlyDictionary<string, BinEdges>> SampleAsync(InputManifest manifest, FeatureSpec spec, LoadedModel model, InputFiles files,
        CancellationToken ct) => Task.Run(() => Sample(manifest, spec, model, files, ct), ct);

    /// <summary>The same for some source columns alone; nothing is scored.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="columns">Their names.</param>
    /// <param name="files">Where the files are.</param>
    /// <param name="ct">Stops reading the sample.</param>
    /// <exception cref="BadInputException">The sample cannot be read.</exception>
    public static Task<IReadOnlyDictionary<string, BinEdges>> SampleAsync(InputManifest manifest, IReadOnlyList<string> columns, InputFiles files,
        CancellationToken ct) => Task.Run(() => Sample(manifest, columns, files, ct), ct);

    private static IReadOnlyDictionary<string, BinEdges> Sample(InputManifest manifest, FeatureSpec spec, LoadedModel model, InputFiles files,
        CancellationToken ct)
    {
        var compiled = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        using var features = compiled.CreateMatrix(SampleSlices.SliceRows);
        using var executor = model.CreateExecutor();
        var predictions = new UnitPredictions(executor.Model.Outputs.Count, SampleSlices.SliceRows);
        var names = compiled.SourceColumns.ToHashSet(StringComparer.Ordinal);
        var outputs = executor.Model.Outputs.Select(o => new ColumnSample(OutputName(o.Name, names))).ToArray();
        var sources = Read(manifest, compiled.Sources, files, unit =>
        {
            compiled.Transform(unit, features);
            executor.Score(features, predictions);
            for (var i = 0; i < outputs.Length; i++)
            {
                if (executor.Model.Outputs[i].Kind == OutputKind.WideInteger)
                    outputs[i].Add(Array.ConvertAll(predictions.Integers(i), v => (float)v));
                else if (executor.Model.Outputs[i].IsNamed)
                    outputs[i].Add(predictions.Column(i));
            }
        }, ct);
        return ByName([.. sources, .. outputs.Where((_, i) => executor.Model.Outputs[i].IsNamed)], manifest);
    }

    private static IReadOnlyDictionary<string, BinEdges> Sample(InputManifest manifest, IReadOnlyList<string> columns, InputFiles files,
        CancellationToken ct)
    {
        var wanted = columns.ToHashSet(StringComparer.Ordinal);
        return ByName(Read(manifest, [.. manifest.Columns.Where(c => wanted.Contains(c.Name))], files, _ => { }, ct), manifest);
    }

    private static ColumnSample[] Read(InputManifest manifest, IReadOnlyList<InputColumn> columns, InputFiles files, Action<UnitColumns> score,
        CancellationToken ct)
    {
        var samples = columns.Select(c => new ColumnSample(c.Name)).ToArray();
        using var unit = new UnitColumns(columns, SampleSlices.SliceRows);
        foreach (var slices in SampleSlices.Of(manifest).GroupBy(s => (s.FileIndex, s.RowGroup)))
        {
            using var file = InputFileReader.Open(manifest.Files[slices.Key.FileIndex], files);
            using var group = file.OpenRowGroup(slices.Key.RowGroup, columns, inParts: true);
            foreach (var slice in slices)
            {
                ct.ThrowIfCancellationRequested();
                group.Skip(slice.FromRow - group.Position);
                group.Read(unit, slice.Rows);
                score(unit);
                for (var i = 0; i < samples.Length; i++)
                    samples[i].Add(unit[i]);
            }
        }
        return samples;
    }

    private static IReadOnlyDictionary<string, BinEdges> ByName(IReadOnlyList<ColumnSample> samples, InputManifest manifest)
    {
        var edges = new SortedDictionary<string, BinEdges>(StringComparer.Ordinal);
        if (manifest.Rows == 0)
            return edges;
        foreach (var sample in samples)
        {
            var bins = sample.Edges();
            edges[bins.Column] = bins;
        }
        return edges;
    }
}
