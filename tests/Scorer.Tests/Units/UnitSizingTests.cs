using BatchEngine.Scorer.Units;


namespace BatchEngine.Scorer.Tests.Units;

public sealed class UnitSizingTests
{
    [Theory]
    [InlineData(0, 131_072)]
    [InlineData(1, 131_072)]
    [InlineData(8, 131_072)]
    [InlineData(9, 65_536)]
    [InlineData(51, 16_384)]
    [InlineData(64, 16_384)]
    [InlineData(65, 8_192)]
    [InlineData(5_000, 8_192)]
    public void Unit_OfMoreColumns_HasFewerRowsWithinLimits(int columns, int rows) => Assert.Equal(rows, UnitSizing.RowsFor(columns));
}
