using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Snapshots;
using CsCheck;

namespace BatchEngine.Storage.Tests.Snapshots;

/// <summary>A temporary folder and generators for the snapshot tests.</summary>
public abstract class SnapshotTestBed : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _files;

    protected string Folder => _folder.Path;

    internal static Gen<PredictionKey> KeyOf(KeyKind kind) => kind == KeyKind.Int64
        ? Gen.OneOf(Gen.Long, Gen.Long[-5, 5]).Select(PredictionKey.Of)
        : Gen.OneOf(Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.String[Gen.Char['\u00e0', '\u00ff'], 120, 128], Gen.String[Gen.Char['a', 'c'], 1, 2])
            .Select(PredictionKey.Of);

    /// <summary>Rows with distinct keys; all or none with a confidence.</summary>
    internal static Gen<SampleRow[]> RowsOf(KeyKind kind, int outputCount, int max) =>
        Gen.Select(KeyOf(kind).Array[0, max], Gen.Bool, Gen.ULong).Select((keys, sure, seed) => keys.Distinct().Select((key, i) => new SampleRow(
            key,
            i,
            Enumerable.Range(0, outputCount).Select(c => BitConverter.Int32BitsToSingle((int)KeyHash.Of((long)seed + (i * 31) + c))).ToArray(),
            sure ? i / 100f : null,
            i % 3 == 0 ? PredictionFlags.Reused : PredictionFlags.None,
            KeyHash.Of(i ^ (long)seed))).ToArray());

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    internal string Save(byte[] bytes)
    {
        var path = Path.Combine(Folder, $"file-{Interlocked.Increment(ref _files)}");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    internal static Prediction? Get(SegmentReader reader, PredictionKey key)
    {
        var found = key.Kind == KeyKind.Int64
            ? reader.TryGet(key.Number, out var stored)
            : reader.TryGet(System.Text.Encoding.UTF8.GetBytes(key.Text), out stored);
        return found ? stored.ToPrediction() : null;
    }
}
