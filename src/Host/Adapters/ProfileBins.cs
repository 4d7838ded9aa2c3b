using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Adapters;

/// <summary>Which bins a job's profiles are counted over: those of its earlier runs while features (for the columns) and model (for the outputs) are the same.
/// Thread-safe.</summary>
/// <param name="profiles">Where bins are kept.</param>
/// <param name="files">Where input files are.</param>
internal sealed class ProfileBins(ProfileStore profiles, InputFiles files)
{
    /// <summary>The bins for a run. A column without a value so far gets bins when it has values; what is stored does not change yet.</summary>
    /// <param name="job">The job.</param>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="features">What the model reads, means filled in.</param>
    /// <param name="asked">The identity of the features as the job asks for them.</param>
    /// <param name="model">The version.</param>
    /// <param name="loaded">The same, opened for the features.</param>
    /// <param name="ct">Stops reading the sample.</param>
    /// <returns>The bins, and whether any of them is new.</returns>
    public async Task<(IReadOnlyDictionary<string, BinEdges> Edges, bool AreNew)> ResolveAsync(string job, InputManifest manifest, FeatureSpec features,
        Digest asked, ModelVersion model, LoadedModel loaded, CancellationToken ct)
    {
        var (sources, outputs) = ProfileEdges.Names(features, loaded.Outputs);
        var known = Pick(await profiles.EdgesAsync(job, KeyOfColumns(asked), ct).ConfigureAwait(false), sources);
        var ofOutputs = Pick(await profiles.EdgesAsync(job, KeyOfOutputs(asked, model.Digest), ct).ConfigureAwait(false), outputs);
        var edges = new SortedDictionary<string, BinEdges>(StringComparer.Ordinal);
        foreach (var bins in known.Values.Concat(ofOutputs.Values))
            edges[bins.Column] = bins;
        if (manifest.Rows == 0)
            return (edges, false);
        if (known.Count < sources.Count || ofOutputs.Count < outputs.Count)
        {
            foreach (var (name, bins) in await ProfileEdges.SampleAsync(manifest, features, loaded, files, ct).ConfigureAwait(false))
                edges.TryAdd(name, bins);
        }
        string[] unknown = [.. known.Values.Where(e => e.IsUnknown).Select(e => e.Column)];
        var found = unknown.Length == 0 ? [] : (await ProfileEdges.SampleAsync(manifest, unknown, files, ct).ConfigureAwait(false)).Values
            .Where(e => !e.IsUnknown).ToArray();
        foreach (var bins in found)
            edges[bins.Column] = bins;
        return (edges, found.Length > 0 || known.Count < sources.Count || ofOutputs.Count < outputs.Count);
    }

    /// <summary>Keeps the bins for later runs. What another process kept meanwhile stays.</summary>
    /// <returns>The bins that hold now.</returns>
    public async Task<IReadOnlyDictionary<string, BinEdges>> PinAsync(string job, Digest asked, PreparedInputs prepared, CancellationToken ct)
    {
        var (sources, outputs) = ProfileEdges.Names(prepared.Features, prepared.Outputs);
        var columns = await profiles.SaveEdgesAsync(job, KeyOfColumns(asked), Pick(prepared.ProfileEdges, sources), ct).ConfigureAwait(false);
        var scores = await profiles.SaveEdgesAsync(job, KeyOfOutputs(asked, prepared.Model.Digest), Pick(prepared.ProfileEdges, outputs), ct)
            .ConfigureAwait(false);
        return new SortedDictionary<string, BinEdges>(columns.Concat(scores).ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private static Dictionary<string, BinEdges> Pick(IReadOnlyDictionary<string, BinEdges>? edges, IReadOnlyList<string> names) =>
        edges is null ? [] : names.Where(edges.ContainsKey).ToDictionary(n => n, n => edges[n], StringComparer.Ordinal);

    // The words change when bins are chosen otherwise, so that no job is stuck with those of an earlier version.
    private static Digest KeyOfColumns(Digest asked) => Digest.Of($"bins of columns, 2\n{asked.Hex}");

    private static Digest KeyOfOutputs(Digest asked, Digest model) => Digest.Of($"bins of outputs, 2\n{asked.Hex}\n{model.Hex}");
}
