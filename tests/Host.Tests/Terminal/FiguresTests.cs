using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Tests.Terminal;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(1_240_000, "1.24 M rows/s")]
    [InlineData(85_100, "85.1 k rows/s")]
    [InlineData(2_448.6, "2,449 rows/s")]
    [InlineData(420.4, "420 rows/s")]
    [InlineData(3.46, "3.5 rows/s")]
    public void Rate_OfAnySize_HasThreeOrFourDigits(double rowsPerSecond, string expected) => Assert.Equal(expected, Figures.Rate(rowsPerSecond));
}
