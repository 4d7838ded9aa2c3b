using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Composition;

/// <summary>Reads the files behind what is served, one segment at a time, round and round: what is served is a copy in memory, and a damaged file would be
/// found
/// by the next start or the next night only. Used by one loop; problems may be read by any thread.</summary>
/// <param name="served">What is served now.</param>
/// <param name="blobs">Where the files are.</param>
internal sealed class ServedFiles(Func<IReadOnlyList<SnapshotInfo>> served, IBlobStore blobs)
{
    private volatile IReadOnlyDictionary<(long Snapshot, int Partition), string> _problems = new Dictionary<(long, int), string>();
    private long _turn;

    /// <summary>Damaged files of what is served, one sentence each, for anybody to read.</summary>
    public IReadOnlyList<string> Problems => [.. _problems.OrderBy(p => p.Key).Select(p => p.Value)];

    /// <summary>Reads the next segment.</summary>
    /// <returns>What is wrong with it, with its place; null means nothing, or nothing new.</returns>
    public async Task<string?> LookAsync(CancellationToken ct)
    {
        var all = served().OrderBy(s => s.Id).SelectMany(s => s.Segments.Select(segment => (Snapshot: s, Segment: segment))).ToList();
        var left = _problems.Where(p => all.Exists(s => (s.Snapshot.Id, s.Segment.Partition) == p.Key)).ToDictionary();
        if (all.Count == 0)
        {
            _problems = left;
            return null;
        }
        var (snapshot, segment) = all[(int)(_turn++ % all.Count)];
        var damage = await ArtifactCheck.ReadAsync(blobs, segment.Artifact, ct).ConfigureAwait(false);
        var key = (snapshot.Id, segment.Partition);
        var isNew = damage is not null && !left.ContainsKey(key);
        left.Remove(key);
        if (damage is not null)
            left[key] = string.Create(CultureInfo.InvariantCulture, $"The file of partition {segment.Partition} of snapshot {snapshot.Id} of ")
                + $"'{snapshot.ServingName}' is damaged. Look-ups go on from memory; run the job again before this process is started anew.";
        _problems = left;
        return isNew ? $"{left[key]} {damage}" : null;
    }
}
