namespace BatchEngine.Domain.Tests.Predictions;

public sealed class PredictionKeyTests
{
    [Fact]
    public void Accepts_IntegersAndTextUpToTheLimit()
    {
        Assert.Equal(PredictionKey.Of(-5), PredictionKey.Parse("-5", KeyKind.Int64));
        Assert.Equal("5", PredictionKey.Parse("5", KeyKind.Utf8).Text);
        Assert.Equal(256, PredictionKey.Of(new string('a', 256)).Text.Length);
    }

    [Fact]
    public void Rejects_EmptyLongAndNonNumericKeys()
    {
        Assert.Throws<BadInputException>(() => PredictionKey.Of(""));
        Assert.Throws<BadInputException>(() => PredictionKey.Of(new string('a', 257)));
        Assert.Throws<BadInputException>(() => PredictionKey.Of(new string('é', 129)));
        Assert.Throws<BadInputException>(() => PredictionKey.Of("a\ud800b"));
        Assert.Equal("😀", PredictionKey.Of("😀").Text);
        Assert.Contains("'12x'", Assert.Throws<BadInputException>(() => PredictionKey.Parse("12x", KeyKind.Int64)).Message);
        Assert.Throws<BadInputException>(() => PredictionKey.Parse("9223372036854775808", KeyKind.Int64));
    }
}
