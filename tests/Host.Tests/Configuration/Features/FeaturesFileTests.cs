using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Tests.Configuration.Features;

public sealed class FeaturesFileTests
{
    [Theory]
    [InlineData("impute: 0", "impute:0")]
    [InlineData("impute: mean", "impute:mean")]
    [InlineData("clip: { min: -1, max: 2.5 }", "clip:-1,2.5")]
    [InlineData("standardise: { mean: 3, deviation: 0.5 }", "standardise:3,0.5")]
    [InlineData("log1p", "log1p")]
    [InlineData("bucketise: [1, 5]", "bucketise:1,5")]
    [InlineData("oneHot: [a, no]", "onehot:\"a\",\"no\"")]
    [InlineData("ordinalMap: { values: { b: 1, a: 0 }, unseen: -2 }", "ordinal:\"a\"=0,\"b\"=1;-2")]
    [InlineData("hashBucket: { buckets: 64, seed: 3 }", "hash:64,3")]
    [InlineData("datePart: dayOfWeek", "date:DayOfWeek")]
    [InlineData("missingIndicator", "missing")]
    public void Accepts_EveryStep(string step, string canonical) =>
        Assert.Contains(canonical + "\n",
            Read($"features: [{{ name: f, source: s, steps: [{{ {step} }}] }}]".Replace("{ log1p }", "log1p")
            .Replace("{ missingIndicator }", "missingIndicator")).CanonicalText(), StringComparison.Ordinal);

    [Theory]
    [InlineData("clip: { min: 2, max: 1 }")]
    [InlineData("clip: { min: 2 }")]
    [InlineData("clip: 3")]
    [InlineData("standardise: { mean: 0, deviation: 0 }")]
    [InlineData("bucketise: [1, 1]")]
    [InlineData("bucketise: []")]
    [InlineData("oneHot: [a, a]")]
    [InlineData("ordinalMap: { values: { a: x } }")]
    [InlineData("ordinalMap: { unseen: 0 }")]
    [InlineData("hashBucket: { seed: 1 }")]
    [InlineData("hashBucket: { buckets: 1 }")]
    [InlineData("datePart: fortnight")]
    [InlineData("impute: nan")]
    [InlineData("log1p: 3")]
    public void Rejects_BadParameters(string step) =>
        Assert.Contains("t.yaml:1:", Assert.Throws<BadInputException>(() => Read($"features: [{{ name: f, steps: [{{ {step} }}] }}]")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Rejects_OneHotBeforeAnotherStep() =>
        Assert.Contains("oneHot as the last step",
            Assert.Throws<BadInputException>(() => Read("features: [{ name: f, steps: [{ oneHot: [a] }, log1p] }]")).Message, StringComparison.Ordinal);

    [Fact]
    public void PriceSheets_OfTheRepository_Read()
    {
        var quotes = PriceSheetFile.LoadAll(Path.Combine(Repository.Root, "config/prices")).SelectMany(s => s.Quotes);
        Assert.Contains(quotes, q => q.Offering == Offering.Local && q.PerHour.Amount > 0 && q.Source.StartsWith("local.yaml:", StringComparison.Ordinal));
    }

    [Fact]
    public void PriceSheet_WithoutPrice_IsRefusedNotZero()
    {
        var problems = new ConfigProblems("p.yaml");
        var root = YamlText.Read("source: me\nobserved: 2026-01-01\ncurrency: USD\nofferings: [{ provider: local, type: t, zone: z }]", problems);
        Assert.Contains("no such key", Assert.Throws<BadInputException>(() => PriceSheetFile.Read(root, problems)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PriceSheet_WithAnAssumedPriceOfRealTime_NamesItAsTheSheets()
    {
        var problems = new ConfigProblems("p.yaml");
        var sheet = PriceSheetFile.Read(
            YamlText.Read("source: a guess\nobserved: 2026-01-01\nvalidUntil: 2026-02-01\ncurrency: EUR\nrealtimePerThousand: 0.004\n"
            + "offerings: [{ provider: local, type: t, zone: z, onDemandPerHour: 1 }]", problems), problems);
        Assert.Equal(new RealtimeAssumption(new Money(0.004m, "EUR"), "p.yaml: a guess", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)), sheet.Assumption);
    }

    private static FeatureSpec Read(string text)
    {
        var problems = new ConfigProblems("t.yaml");
        return FeaturesFile.Read(YamlText.Read(text, problems), problems);
    }
}
