using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Tests.Configuration.Texts;

public sealed class TextValueTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("15m", 900_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("0s", 0)]
    public void Accepts_Durations(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, (long)duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("-5m")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1 h")]
    [InlineData("99999d")]
    public void Rejects_OtherDurations(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void FeaturesArgument_OfNames_TakesThemAsTheyAre() => Assert.Equal(["a", "b"], FeaturesArgument.Parse("a, b").FeatureNames);

    [Theory]
    [InlineData("a,,b")]
    [InlineData("a,a")]
    [InlineData("missing.yaml")]
    public void Rejects_OtherFeaturesArguments(string text) => Assert.Throws<BadInputException>(() => FeaturesArgument.Parse(text));
}
