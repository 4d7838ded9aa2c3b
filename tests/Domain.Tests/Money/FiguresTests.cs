using System.Globalization;
using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Domain.Tests.Money;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(1_240_000, "1.24 M rows/s")]
    [InlineData(85_100, "85.1 k rows/s")]
    [InlineData(2_448.6, "2,449 rows/s")]
    [InlineData(420.4, "420 rows/s")]
    [InlineData(3.46, "3.5 rows/s")]
    public void Rate_OfAnySize_HasThreeOrFourDigits(double rowsPerSecond, string expected) => Assert.Equal(expected, Figures.Rate(rowsPerSecond));

    [Theory]
    [InlineData("1234.567", "1,234.57 USD")]
    [InlineData("0.5", "0.50 USD")]
    [InlineData("0.99996", "1.00 USD")]
    [InlineData("0.012345678", "0.01235 USD")]
    [InlineData("0.0000000000004", "<0.000000000001 USD")]
    public void Price_OfAnySize_HasNoMoreDigitsThanItDeserves(string amount, string expected) =>
        Assert.Equal(expected, Figures.Price(Domain.Money.Usd(decimal.Parse(amount, CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData(0.85, "850 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(245, "4 min 05 s")]
    [InlineData(7_800, "2 h 10 min")]
    [InlineData(273_600, "3 d 4 h")]
    [InlineData(-245, "-4 min 05 s")]
    public void Duration_OfAnyLength_HasTwoUnitsAtMost(double seconds, string expected) =>
        Assert.Equal(expected, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0.0 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.99999, "> 99.9 %")]
    [InlineData(1, "100.0 %")]
    public void Share_NotQuiteNothingOrEverything_SaysSo(double share, string expected) => Assert.Equal(expected, Figures.Share(share));

    [Fact]
    public void Instant_OfAnotherZone_IsToldInUtc() =>
        Assert.Equal("2026-11-23 02:00:00Z", Figures.Instant(new DateTimeOffset(2026, 11, 23, 4, 0, 0, TimeSpan.FromHours(2))));
}
