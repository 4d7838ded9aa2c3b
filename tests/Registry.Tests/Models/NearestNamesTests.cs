using BatchEngine.Registry.Models;

namespace BatchEngine.Registry.Tests;

public sealed class NearestNamesTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("churn", "churn", 0)]
    [InlineData("churn", "CHURN", 0)]
    [InlineData("churn", "chrun", 2)]
    [InlineData("churn", "churns", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_TwoNames_IsTheFewestEdits(string left, string right, int expected)
    {
        Assert.Equal(expected, NearestNames.Distance(left, right));
        Assert.Equal(expected, NearestNames.Distance(right, left));
    }

    [Fact]
    public void List_ManyNames_PutsTheNearestFirstAndCountsTheRest() =>
        Assert.Equal("churn, burn, c, a, b and 2 more", NearestNames.List(["zzzzzz", "yyyyyyy", "a", "b", "c", "burn", "churn"], "chrun", "none"));

    [Fact]
    public void List_NoNames_SaysWhatItWasTold() => Assert.Equal("none", NearestNames.List([], "x", "none"));
}
