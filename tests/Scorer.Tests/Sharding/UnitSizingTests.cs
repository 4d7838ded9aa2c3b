using BatchEngine.Scorer.Sharding;

namespace BatchEngine.Scorer.Tests.Sharding;

public sealed class UnitSizingTests
{
    [Theory]
    [InlineData(0, 131_072)]
    [InlineData(1, 131_072)]
    [InlineData(16, 131_072)]
    [InlineData(17, 65_536)]
    [InlineData(51, 32_768)]
    [InlineData(64, 32_768)]
    [InlineData(65, 16_384)]
    [InlineData(5_000, 16_384)]
    public void Unit_OfMoreColumns_HasFewerRowsWithinLimits(int columns, int rows) => Assert.Equal(rows, UnitSizing.RowsFor(columns));
}
