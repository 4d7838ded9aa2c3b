using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>A folder of job files that is read again when a file in it changed. A file with problems keeps the job that it held before, and the others are read
/// all the same. Used by one thread at a time.</summary>
/// <param name="directory">The folder; every "*.yaml" and "*.yml" in it is a job file.</param>
public sealed class JobFolder(string directory)
{
    private readonly SortedDictionary<string, ScoringJob> _jobs = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _named = [];
    private string? _seen;

    /// <summary>The full path of the folder.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(directory);

    /// <summary>The last good job of each file, by file name.</summary>
    public IReadOnlyList<ScoringJob> Jobs => [.. _jobs.Values];

    /// <summary>The files that have problems, each with all of them.</summary>
    public IReadOnlyList<JobFileFindings> Broken { get; private set; } = [];

    /// <summary>Reads the files when one of them, or a features file that one of them names, came, went or changed since the last call.</summary>
    /// <returns>Whether they were read.</returns>
    public bool ReadIfChanged()
    {
        var files = Directory.Exists(Path)
            ? Directory.EnumerateFiles(Path).Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).ToList()
            : null;
        // A folder that is gone for a while, as with a network drive, takes no job with it.
        if (files is null && _jobs.Count > 0)
            return false;
        files ??= [];
        // Marked before it is read: what changes meanwhile is read again. So is what is named for the first time, once.
        var seen = string.Join('\n', files.Concat(_named).Select(Mark));
        if (seen == _seen)
            return false;
        _seen = seen;
        var findings = JobFile.Check(files);
        _named = [.. findings.SelectMany(f => f.Named).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Broken = [.. findings.Where(f => f.Problems.Count > 0)];
        foreach (var gone in _jobs.Keys.Except(files).ToList())
            _jobs.Remove(gone);
        foreach (var found in findings)
        {
            if (found is { Problems.Count: 0, Read: { } job })
                _jobs[found.File] = job;
        }
        return true;
    }

    private static string Mark(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file}|{info.Length}|{info.LastWriteTimeUtc.Ticks}") : file;
    }
}
