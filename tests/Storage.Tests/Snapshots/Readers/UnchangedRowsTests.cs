using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Readers;
using BatchEngine.Storage.Snapshots.Slots;
using BatchEngine.TestKit.Snapshots;
using CsCheck;

namespace BatchEngine.Storage.Tests.Snapshots.Readers;

public sealed class UnchangedRowsTests : SnapshotTestBed
{
    [Theory]
    [InlineData(KeyKind.Int64, 1, 1)]
    [InlineData(KeyKind.Int64, 3, 4)]
    [InlineData(KeyKind.Utf8, 2, 2)]
    public void Copy_OfAnyRows_TakesExactlyThoseThatALookUpFindsWithTheSameFingerprint(KeyKind kind, int outputs, int partitions) =>
        Gen.Select(RowsOf(kind, outputs, 400), KeyOf(kind).Array[0, 40], Gen.Int[0, 3]).Sample((stored, others, changedEvery) =>
        {
            using var snapshot = SnapshotReader.Open(Write(kind, outputs, partitions, stored), s =>
                s.Artifact.BlobName, ct: TestContext.Current.CancellationToken);
            var asked = stored.Select(r => r.Key).Concat(others).ToArray();
            var fingerprints = asked.Select((key, i) =>
                (stored.FirstOrDefault(r => r.Key == key)?.Fingerprint ?? 5) + (changedEvery > 0 && i % changedEvery == 0 ? 1UL : 0)).ToArray();
            var (values, confidence, reused) = (new float[outputs * (asked.Length + 3)], new float[asked.Length], new byte[asked.Length]);
            Array.Fill(values, -7);
            var found = new UnchangedRows(snapshot).Copy(Request(kind, asked, fingerprints, values, asked.Length + 3, confidence, reused));

            Assert.Equal(reused.Count(r => r == 1), found);
            for (var row = 0; row < asked.Length; row++)
            {
                var same = snapshot.TryGet(asked[row], out var prediction) && prediction.FeatureFingerprint == fingerprints[row];
                Assert.Equal(same ? 1 : 0, reused[row]);
                for (var c = 0; c < outputs; c++)
                    Assert.Equal(BitConverter.SingleToInt32Bits(same ? prediction!.Outputs[c] : -7),
                        BitConverter.SingleToInt32Bits(values[(c * (asked.Length + 3)) + row]));
                if (same)
                    Assert.Equal(prediction!.Confidence.TryGet(out var sure) ? sure : float.NaN, confidence[row]);
            }
        }, iter: 60);

    [Theory]
    [InlineData(KeyKind.Int64, 1, 1)]
    [InlineData(KeyKind.Utf8, 2, 3)]
    public void Copy_WithKeptSums_GivesThemBehindTheOutputsAndLookUpsDoNot(KeyKind kind, int outputs, int kept) =>
        RowsOf(kind, outputs + kept, 60).Sample(stored =>
        {
            using var snapshot = SnapshotReader.Open(Write(kind, outputs, 2, stored, kept), s =>
                s.Artifact.BlobName, ct: TestContext.Current.CancellationToken);
            var (values, confidence, reused) = (new float[(outputs + kept) * stored.Length], new float[stored.Length], new byte[stored.Length]);
            var found = new UnchangedRows(snapshot)
                .Copy(Request(kind, [.. stored.Select(r => r.Key)], [.. stored.Select(r => r.Fingerprint)], values, stored.Length, confidence, reused));

            Assert.Equal((stored.Length, kept), (found, snapshot.KeptSums));
            for (var row = 0; row < stored.Length; row++)
            {
                Assert.True(snapshot.TryGet(stored[row].Key, out var prediction));
                Assert.Equal(stored[row].Outputs[..outputs].Select(BitConverter.SingleToInt32Bits), prediction.Outputs.Select(BitConverter.SingleToInt32Bits));
                for (var c = 0; c < outputs + kept; c++)
                    Assert.Equal(BitConverter.SingleToInt32Bits(stored[row].Outputs[c]), BitConverter.SingleToInt32Bits(values[(c * stored.Length) + row]));
            }
        }, iter: 40);

    [Fact]
    public void Copy_OfKeysWhoseTagsAllCollide_StillFindsEachOne()
    {
        // Keys of one tag and neighbouring homes: the first tag that matches is mostly another key's, so the slow way is taken.
        var keys = Enumerable.Range(0, 2_000_000).Select(i => (long)i).Where(k => KeyHash.TagOf(KeyHash.Of(k)) == 9).Take(3_000).ToArray();
        var rows = keys.Select((k, i) => new SampleRow(PredictionKey.Of(k), i, [i], null, Fingerprint: (ulong)i)).ToArray();
        using var snapshot = SnapshotReader.Open(Write(KeyKind.Int64, 1, 1, rows), s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken);
        var (values, confidence, reused) = (new float[rows.Length], new float[rows.Length], new byte[rows.Length]);
        Assert.Equal(rows.Length, new UnchangedRows(snapshot)
            .Copy(Request(KeyKind.Int64, [.. rows.Select(r => r.Key)], [.. rows.Select(r => r.Fingerprint)], values, rows.Length, confidence, reused)));
        Assert.Equal(rows.Select(r => r.Outputs[0]), values);
    }

    [Fact]
    public void Copy_WithKeysOfTheOtherKind_IsRefused()
    {
        using var snapshot = SnapshotReader.Open(Write(KeyKind.Int64, 1, 1, []), s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() =>
            new UnchangedRows(snapshot).Copy(Request(KeyKind.Utf8, [PredictionKey.Of("a")], [1], new float[1], 1, new float[1], new byte[1])));
    }

    private static RowsToReuse Request(KeyKind kind, PredictionKey[] keys, ulong[] fingerprints, float[] values, int stride, float[] confidence, byte[] reused)
    {
        var texts = kind == KeyKind.Utf8 ? keys.Select(k => Encoding.UTF8.GetBytes(k.Text)).ToArray() : [];
        var offsets = new int[kind == KeyKind.Utf8 ? keys.Length + 1 : 0];
        for (var i = 0; i < texts.Length; i++)
            offsets[i + 1] = offsets[i] + texts[i].Length;
        return new RowsToReuse
        {
            Rows = keys.Length,
            Keys = kind == KeyKind.Int64 ? keys.Select(k => k.Number).ToArray() : [],
            KeyBytes = texts.SelectMany(t => t).ToArray(),
            KeyOffsets = offsets,
            Fingerprints = fingerprints,
            Outputs = values,
            OutputStride = stride,
            Confidence = confidence,
            Reused = reused,
        };
    }

    private SnapshotInfo Write(KeyKind kind, int outputs, int partitions, SampleRow[] rows, int keptSums = 0) => SampleSnapshots.Write(
        Path.Combine(Folder, Guid.NewGuid().ToString("N")),
        new SnapshotInfo(1, "churn", new RunId("churn", DateTimeOffset.UnixEpoch), new ModelVersion("m", 1, Digest.Of("m")), kind,
            [.. Enumerable.Range(0, outputs).Select(i => OutputColumn.Number($"o{i}"))], partitions, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, []),
        rows, keptSums);
}
