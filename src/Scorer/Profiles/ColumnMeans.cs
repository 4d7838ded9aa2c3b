using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Profiles;

/// <summary>The means of columns over all rows of a manifest, in one pass over those columns alone. What a file adds to a mean is remembered by its content
/// tag, so a plan that is made again reads only files that changed. The same rows give the same bits, whatever the threads. Thread-safe.</summary>
/// <param name="files">Where the files are; null means on this machine.</param>
public sealed class ColumnMeans(InputFiles? files = null)
{
    private const int UnitRows = 8_192;

    /// <summary>The most sums that are remembered; beyond, all are forgotten.</summary>
    private const int MaxRemembered = 100_000;

    private readonly ConcurrentDictionary<(string Tag, Digest Column), ColumnSum> _known = new();

    /// <summary>The spec with constants in place of means.</summary>
    /// <param name="asked">The features; returned as they are when they ask for no mean.</param>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="threads">Row groups that are read at once.</param>
    /// <param name="ct">Stops between units.</param>
    /// <exception cref="BadInputException">A column is missing, holds text, or has no value.</exception>
    public async Task<FeatureSpec> FillAsync(FeatureSpec asked, InputManifest manifest, int threads, CancellationToken ct)
    {
        var columns = FeatureMeans.Of(asked);
        return columns.Count == 0 ? asked : FeatureMeans.Fill(asked, await OfAsync(manifest, columns, threads, ct).ConfigureAwait(false));
    }

    /// <summary>The mean of the finite values of each column.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="columns">Source columns with the steps that come before the mean.</param>
    /// <param name="threads">Row groups that are read at once.</param>
    /// <param name="ct">Stops between units.</param>
    /// <returns>In the order of the columns; not measured for a column without any value.</returns>
    /// <exception cref="BadInputException">A column is missing or holds text.</exception>
    public Task<IReadOnlyList<Measured<double>>> OfAsync(InputManifest manifest, IReadOnlyList<FeatureColumn> columns, int threads, CancellationToken ct) =>
        Task.Run(() => Of(manifest, columns, threads, ct), ct);

    private IReadOnlyList<Measured<double>> Of(InputManifest manifest, IReadOnlyList<FeatureColumn> columns, int threads, CancellationToken ct)
    {
        // Columns of one source may have different steps, so each gets a name of its own.
        var spec = new FeatureSpec([.. columns.Select((c, i) => c with { Name = i.ToString(CultureInfo.InvariantCulture) })]);
        var compiled = CompiledFeatures.Compile(spec, manifest.Columns, [.. columns.Select(_ => FeatureStorage.Float64)]);
        var identities = columns.Select(FeatureMeans.Identity).ToArray();
        var total = new ColumnSum[columns.Count];
        foreach (var file in manifest.Files.Where(f => f.Rows > 0))
        {
            var sums = Known(file, identities) ?? Remember(file, identities, Read(file, compiled, threads, ct));
            for (var i = 0; i < total.Length; i++)
                total[i] += sums[i];
        }
        return [.. total.Select((sum, i) => sum.Count > 0 ? Measured<double>.Of(sum.Mean)
            : Measured<double>.NotMeasured($"column {columns[i].Source} has no value in the input"))];
    }

    // Of an object the tag is the store's word for this object's content alone.
    private static string TagOf(InputFile file) => ObjectUri.IsOne(file.Path) ? $"{file.Path}\n{file.ContentTag}" : file.ContentTag;

    private ColumnSum[]? Known(InputFile file, Digest[] identities)
    {
        var sums = new ColumnSum[identities.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            if (!_known.TryGetValue((TagOf(file), identities[i]), out sums[i]))
                return null;
        }
        return sums;
    }

    private ColumnSum[] Remember(InputFile file, Digest[] identities, ColumnSum[] sums)
    {
        if (_known.Count + sums.Length > MaxRemembered)
            _known.Clear();
        for (var i = 0; i < sums.Length; i++)
            _known[(TagOf(file), identities[i])] = sums[i];
        return sums;
    }

    // Sums of row groups are added in their order, so threads never show.
    private ColumnSum[] Read(InputFile file, CompiledFeatures compiled, int threads, CancellationToken ct)
    {
        var groups = new ColumnSum[file.RowGroups.Count][];
        try
        {
            Parallel.For(0, groups.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = ct },
                group => groups[group] = Read(file, group, compiled, ct));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        var sums = new ColumnSum[compiled.FeatureNames.Count];
        foreach (var group in groups)
        {
            for (var i = 0; i < sums.Length; i++)
                sums[i] += group[i];
        }
        return sums;
    }

    private ColumnSum[] Read(InputFile file, int group, CompiledFeatures compiled, CancellationToken ct)
    {
        var sums = new ColumnSum[compiled.FeatureNames.Count];
        using var unit = compiled.CreateColumns(UnitRows);
        using var features = compiled.CreateMatrix(UnitRows);
        using var reader = InputFileReader.Open(file, files);
        using var rows = reader.OpenRowGroup(group, compiled.Sources);
        while (rows.Read(unit, UnitRows) > 0)
        {
            ct.ThrowIfCancellationRequested();
            compiled.Transform(unit, features);
            for (var i = 0; i < sums.Length; i++)
                sums[i] = Add(sums[i], features.DoubleColumn(i));
        }
        return sums;
    }

    private static ColumnSum Add(ColumnSum sum, ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (double.IsFinite(value))
                sum = sum.With(value);
        }
        return sum;
    }
}
