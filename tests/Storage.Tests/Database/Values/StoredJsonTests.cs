using BatchEngine.Domain;
using BatchEngine.Storage.Database.Values;
using CsCheck;

namespace BatchEngine.Storage.Tests.Database.Values;

public sealed class StoredJsonTests
{
    [Fact]
    public void Plan_WrittenAndReadBack_GivesTheSameBytes()
    {
        var json = StoredJson.Write(Samples.Plan());
        Assert.Equal(json, StoredJson.Write(StoredJson.Read<RunPlan>(json, "here")));
        Assert.Contains("\"kind\":\"oneHot\"", json);
        Assert.Contains("\"kind\":\"byAlias\"", json);
        Assert.Contains("größer", json);
        Assert.Contains("{\"notMeasured\":\"no run yet\"}", json);
    }

    [Fact]
    public void Dictionary_FilledInAnotherOrder_GivesTheSameBytes()
    {
        var forward = new Dictionary<string, double> { ["a"] = 1, ["B"] = 2, ["c"] = 3 };
        var backward = forward.Reverse().ToDictionary(StringComparer.Ordinal);
        Assert.Equal(StoredJson.Write<IReadOnlyDictionary<string, double>>(forward), StoredJson.Write<IReadOnlyDictionary<string, double>>(backward));
        Assert.Equal("{\"B\":2,\"a\":1,\"c\":3}", StoredJson.Write<IReadOnlyDictionary<string, double>>(backward));
    }

    [Fact]
    public void Features_ReadBack_KeepTheirContentHash()
    {
        var features = Samples.Job().Features!;
        Assert.Equal(features.ContentHash, StoredJson.Read<FeatureSpec>(StoredJson.Write(features), "here").ContentHash);
    }

    [Fact]
    public void Profiles_OfAnyNumbers_ReadBackBitForBit() => Gen.Select(Gen.Double, Gen.Float, Gen.Long, Gen.String).Sample((number, edge, count, name) =>
    {
        var profile = new ColumnProfile(new BinEdges(name, [edge], [name]), true, [count, 0], count, number, -number, number * 3, number / 7);
        var read = StoredJson.Read<ColumnProfile>(StoredJson.Write(profile), "here");
        return BitConverter.DoubleToInt64Bits(read.Sum) == BitConverter.DoubleToInt64Bits(profile.Sum) && read.Min.Equals(number)
            && read.Edges.Edges[0].Equals(edge)
            && read.Counts[0] == count && read.Edges.Column == name;
    });

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"run\":\"no run id\",\"baseline\":null,\"columns\":[]}")]
    [InlineData("{\"run\":\"churn_20261123T020000Z\",\"baseline\":null}")]
    [InlineData("{\"run\":\"churn_20261123T020000Z\",\"baseline\":null,\"columns\":null}")]
    [InlineData("{\"run\":\"churn_20261123T020000Z\",\"baseline\":null,\"columns\":[]")]
    public void Read_DamagedText_IsCorruptAndNamesThePlace(string json) =>
        Assert.Equal("drift, row 1", Assert.Throws<CorruptDataException>(() => StoredJson.Read<DriftReport>(json, "drift, row 1")).Place);

    [Fact]
    public void Read_UnknownKind_IsCorrupt() => Assert.Throws<CorruptDataException>(() => StoredJson.Read<FeatureTransform>("{\"kind\":\"magic\"}", "here"));

    [Fact]
    public void Read_CorrectText_IsAccepted() =>
        Assert.Equal(DriftVerdict.NotMeasured,
            StoredJson.Read<DriftReport>("{\"run\":\"churn_20261123T020000Z\",\"baseline\":null,\"columns\":[]}", "here").Verdict);

    [Fact]
    public void Profile_StoredBeforeRunsWereSampled_ReadsAsCountedWhole()
    {
        const string old = """{"edges":{"column":"age","edges":[1,"""
            + """2.5],"categories":[]},"isOutput":false,"counts":[3,4,5],"missing":1,"min":0,"max":9,"sum":20.5,"sumOfSquares":99}""";
        var profile = StoredJson.Read<ColumnProfile>(old, "test");
        Assert.Equal((1, 13L), (profile.OneIn, profile.Rows));
        var sampled = profile with { OneIn = 5 };
        Assert.Equal(5, StoredJson.Read<ColumnProfile>(StoredJson.Write(sampled), "test").OneIn);
    }

    [Fact]
    public void DriftReport_StoredBeforeRunsWereSampled_SaysNothingOfASample()
    {
        const string old = """{"run":"churn_20261123T020000Z","baseline":null,"columns":[]}""";
        Assert.Null(StoredJson.Read<DriftReport>(old, "test").Sample);
    }
}
