using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Domain.Tests.Money;

public sealed class MoneyTests
{
    [Fact]
    public void Adding_TwoCurrencies_Throws()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Domain.Money.Usd(1) + new Domain.Money(1, "EUR"));
        Assert.Contains("1.00 USD", failure.Message);
        Assert.Contains("1.00 EUR", failure.Message);
    }

    [Fact]
    public void Comparing_TwoCurrencies_Throws() => Assert.Throws<InvalidOperationException>(() => Domain.Money.Usd(1) < new Domain.Money(2, "EUR"));

    [Fact]
    public void Sum_OfTenTimesTenCents_IsExactlyOneDollar()
    {
        var sum = Enumerable.Repeat(Domain.Money.Usd(0.10m), 10).Aggregate(Domain.Money.Zero("USD"), (a, b) => a + b);
        Assert.Equal(1.00m, sum.Amount);
    }

    [Theory]
    [InlineData("0", "0.00 USD")]
    [InlineData("12.5", "12.50 USD")]
    [InlineData("0.0123", "0.0123 USD")]
    [InlineData("0.004467", "0.004467 USD")]
    [InlineData("0.00000008447123", "0.00000008447 USD")]
    [InlineData("-0.0000076", "-0.0000076 USD")]
    public void Text_OfASmallAmount_IsNotThatOfNothing(string amount, string expected) =>
        Assert.Equal(expected, Domain.Money.Usd(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)).ToString());

    [Fact]
    public void Unknown_IsNeverZero()
    {
        var unknown = Measured<Domain.Money>.NotMeasured("no price");
        Assert.False(unknown.HasValue);
        Assert.Throws<InvalidOperationException>(() => unknown.Value);
        Assert.Equal("not measured (no price)", unknown.ToString());
        Assert.Equal("no price", unknown.Map(m => m.Amount).Reason);
        Assert.NotEqual(Measured<Domain.Money>.Of(Domain.Money.Zero("USD")), unknown);
    }
}
