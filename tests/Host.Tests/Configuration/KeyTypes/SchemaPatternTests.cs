using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.KeyTypes;
using BatchEngine.Host.Configuration.Texts;
using CsCheck;

namespace BatchEngine.Host.Tests.Configuration.KeyTypes;

/// <summary>The patterns of the schemas accept what the readers accept, units included.</summary>
public sealed class SchemaPatternTests
{
    private static readonly string[] s_parts =
        ["1", "30", "1.5", ".5", "5.", "0", "h", "m", "s", "ms", "d", "KB", "MiB", "gb", "B", " ", "USD", "usd", "-", "none"];

    private static readonly Gen<string> Text = Gen.OneOf(s_parts).Array[0, 5].Select(parts => string.Concat(parts).Trim());

    [Fact]
    public void Durations_ThatRead_FitThePattern() => Agree(DurationText.Pattern, text => DurationText.TryParse(text, out _),
        text => text.Any(c => c is >= '1' and <= '9') && text.Count(char.IsAsciiDigit) <= 3);

    [Fact]
    public void Sizes_ThatRead_FitThePattern() => Agree(BytesText.PatternOf(takesNone: false), text => BytesText.TryParse(text, out _),
        text => text.Length > 0 && text[0] is >= '1' and <= '9' && text.Count(char.IsAsciiDigit) <= 6);

    [Fact]
    public void Amounts_ThatRead_FitThePattern() => Agree(MoneyText.Pattern, text => MoneyText.TryParse(text, out _), _ => true);

    [Theory]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("5")]
    [InlineData("")]
    public void Durations_ThatDoNotRead_DoNotFit(string text) => Assert.DoesNotMatch(DurationText.Pattern, text);

    [Theory]
    [InlineData("none", true)]
    [InlineData("512MB", true)]
    [InlineData("512", true)]
    [InlineData("512 parsecs", false)]
    public void Limit_ThatTakesNone_SaysSoInItsPattern(string text, bool fits) => Assert.Equal(fits, Regex.IsMatch(text, BytesText.PatternOf(takesNone: true)));

    [Fact]
    public void Durations_WrittenAndRead_AreTheSame() => Gen.Long[1, 400_000_000_000].Sample(milliseconds =>
        DurationText.TryParse(DurationText.Of(TimeSpan.FromMilliseconds(milliseconds)), out var read)
        && read == TimeSpan.FromMilliseconds(milliseconds) || milliseconds > DurationText.Longest.TotalMilliseconds);

    [Fact]
    public void Sizes_WrittenAndRead_AreTheSame() => Gen
        .OneOf(Gen.Long[1, 10_000_000], Gen.Int[1, 5_000].Select(m => (long)m << 20), Gen.Int[1, 5_000].Select(m => m * 1_000_000L))
        .Sample(bytes => BytesText.TryParse(BytesText.Of(bytes), out var read) && read == bytes);

    [Fact]
    public void Amounts_WrittenAndRead_AreTheSame() =>
        Assert.True(MoneyText.TryParse(AmountType.Any.TextOf(new Money(1234.5m, "EUR")), out var read) && read == new Money(1234.5m, "EUR"));

    // YAML leaves no spaces around a text. What reads fits; what fits reads, unless its value is out of range.
    private static void Agree(string pattern, Func<string, bool> reads, Func<string, bool> inRange) => Text.Sample(text =>
    {
        var fits = Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant);
        Assert.True(reads(text) == fits || (fits && !inRange(text)), $"'{text}' reads: {reads(text)}, fits: {fits}");
    }, iter: 20_000);
}
