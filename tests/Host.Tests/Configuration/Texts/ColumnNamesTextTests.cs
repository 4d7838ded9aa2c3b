using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Tests.Configuration.Texts;

public sealed class ColumnNamesTextTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a,b", "a|b")]
    [InlineData("a, b ", "a|b")]
    [InlineData(@"a\,b,c", "a,b|c")]
    [InlineData(@"a\b,c\", @"a\b|c\")]
    [InlineData("a,,b", "a||b")]
    [InlineData("größe in cm,b.c", "größe in cm|b.c")]
    public void Split_AtCommas_KeepsThoseOfNames(string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', ColumnNamesText.Split(text)));
        if (!expected.Contains("||", StringComparison.Ordinal))
            Assert.Equal(expected, string.Join('|', FeaturesArgument.Parse(text).SourceColumns));
    }
}
