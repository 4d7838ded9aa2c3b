using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using CsCheck;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

/// <summary>Whatever the spec and the data, a batch and its rows one by one give the same bits and the same fingerprints.</summary>
public sealed class BatchAndRowAgreementTests
{
    private static readonly ColumnKind[] KindsUsed =
        [ColumnKind.Float, ColumnKind.Double, ColumnKind.Integer, ColumnKind.Bool, ColumnKind.Text, ColumnKind.Date, ColumnKind.Timestamp, ColumnKind.Decimal];
    private static readonly InputColumn[] Columns = [.. KindsUsed.Select(k => Column(k.ToString(), k))];
    private static readonly double[] Odd =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -0.0, 0.0, 1e-40, -1.0, -2.0, 1e300, float.MaxValue, 1.0000001];

    private static readonly Gen<double> Number = Gen.OneOf(Gen.OneOf(Odd), Gen.Double[-1e6, 1e6], Gen.Double[-2, 2]);
    private static readonly Gen<FeatureTransform> NumericStep = Gen.OneOf<FeatureTransform>(
        Gen.Double[-10, 10].Select(v => (FeatureTransform)new FeatureTransform.ImputeConstant(v)),
        Gen.Double[0, 10].Select(v => (FeatureTransform)new FeatureTransform.Clip(-v, v)),
        Gen.Select(Gen.Double[-10, 10], Gen.Double[0.1, 10]).Select((m, s) => (FeatureTransform)new FeatureTransform.Standardise(m, s)),
        Gen.Const((FeatureTransform)new FeatureTransform.Log1P()),
        Gen.Int[1, 60].Select(n => (FeatureTransform)new FeatureTransform.Bucketise([.. Enumerable.Range(0, n).Select(i => i * 0.7 - 3)])),
        Gen.Const((FeatureTransform)new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["1"] = 0.5, ["2"] = -3 }, 9)),
        Gen.OneOf(StepCase.All.Select(c => c.Step).Where(s => s.WantedColumn() is null).ToArray()));
    private static readonly Gen<FeatureTransform> CategoryStep = Gen.OneOf<FeatureTransform>(
        new FeatureTransform.HashBucket(1_000, 7), new FeatureTransform.OneHot(["1", "0"]),
            new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["1"] = 2.25 }, -1));

    private static readonly Gen<FeatureColumn> Feature = Gen.Select(Gen.Int[0, KindsUsed.Length - 1], NumericStep.List[0, 3], CategoryStep, Gen.Int[0, 7])
        .Select((kind, numeric, category, part) => KindsUsed[kind] switch
    {
        ColumnKind.Text => new FeatureColumn("f", "Text", [category]),
        ColumnKind.Bool => new FeatureColumn("f", "Bool", part < 4 ? [category] : [new FeatureTransform.Clip(0, 1), .. numeric]),
        ColumnKind.Integer when part < 4 => new FeatureColumn("f", KindsUsed[kind].ToString(), [category]),
        ColumnKind.Timestamp => new FeatureColumn("f", "Timestamp", [new FeatureTransform.DatePart((CalendarPart)part), .. numeric]),
        ColumnKind.Date when part != (int)CalendarPart.Hour => new FeatureColumn("f", "Date", [new FeatureTransform.DatePart((CalendarPart)part), .. numeric]),
        ColumnKind.Date => new FeatureColumn("f", "Date", [new FeatureTransform.Clip(0, 20_000), .. numeric]),
        _ => new FeatureColumn("f", KindsUsed[kind].ToString(), [.. numeric]),
    });

    private static readonly Gen<Dictionary<string, object?>> Row =
        Gen.Select(Number, Gen.Long, Gen.OneOf("1", "0", "", "größe"), Gen.Long[-60_000_000_000, 80_000_000_000], Gen.Int[0, 255]).Select(
        (number, whole, text, seconds, missing) => new Dictionary<string, object?>
        {
            ["Float"] = Unless(missing, 1, (float)number),
            ["Double"] = Unless(missing, 2, number),
            ["Decimal"] = Unless(missing, 4, number),
            ["Integer"] = Unless(missing, 8, seconds % 2 == 0 ? whole : whole & 1),
            ["Bool"] = Unless(missing, 16, whole % 2 == 0),
            ["Text"] = Unless(missing, 32, text),
            ["Date"] = Unless(missing, 64, DateTimeOffset.UnixEpoch.AddSeconds(seconds / 86_400 * 86_400)),
            ["Timestamp"] = Unless(missing, 128, DateTimeOffset.UnixEpoch.AddSeconds(seconds)),
        });

    [Fact]
    public void Transform_RandomSpecAndData_GivesEachRowTheBitsItHasAlone() =>
        Gen.Select(Feature.List[1, 6], Row.List[1, 40], Gen.Int[0, 30], Gen.Bool).Sample(
            (features, rows, repeats, bind) => Agree(features, Repeat(rows, repeats), bind), iter: 400, print: t => string.Join("; ", t.Item1));

    private static void Agree(List<FeatureColumn> features, List<Dictionary<string, object?>> rows, bool bind)
    {
        var spec = new FeatureSpec([.. features.Select((f, i) => f with { Name = $"f{i}" })]);
        var compiled = CompiledFeatures.Compile(spec, Columns);
        using var batch = compiled.CreateColumns(rows.Count);
        using var matrix = compiled.CreateMatrix(rows.Count);
        if (bind)
            compiled.Bind(batch, matrix);
        Fill(batch, rows);
        compiled.Transform(batch, matrix);
        var fingerprints = new ulong[rows.Count];
        FeatureFingerprint.Compute(matrix, 3, fingerprints);

        using var oneBatch = compiled.CreateColumns(1);
        using var oneMatrix = compiled.CreateMatrix(1);
        var oneFingerprint = new ulong[1];
        for (var row = 0; row < rows.Count; row++)
        {
            SingleRow.Fill(oneBatch, rows[row]);
            compiled.Transform(oneBatch, oneMatrix);
            for (var f = 0; f < compiled.FeatureNames.Count; f++)
            {
                var (inBatch, alone) = (BitConverter.SingleToUInt32Bits(matrix.Column(f)[row]), BitConverter.SingleToUInt32Bits(oneMatrix.Column(f)[0]));
                Assert.True(inBatch == alone, $"row {row}, {compiled.FeatureNames[f]}: {inBatch:X8} in the batch, {alone:X8} alone");
            }
            FeatureFingerprint.Compute(oneMatrix, 3, oneFingerprint);
            Assert.Equal(fingerprints[row], oneFingerprint[0]);
        }
    }

    /// <summary>Long batches cross the boundary of a block.</summary>
    private static List<Dictionary<string, object?>> Repeat(List<Dictionary<string, object?>> rows, int times) =>
        [.. Enumerable.Range(0, times + 1).SelectMany(_ => rows)];

    private static object? Unless(int missing, int bit, object value) => (missing & bit) != 0 && missing % 3 == 0 ? null : value;
}
