namespace BatchEngine.Domain.Tests.Failures;

public sealed class NearestWordTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("churn", "churn", 0)]
    [InlineData("churn", "CHURN", 0)]
    [InlineData("churn", "chrun", 1)]
    [InlineData("churn", "chnur", 2)]
    [InlineData("churn", "churns", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_TwoNames_IsTheFewestEdits(string left, string right, int expected)
    {
        Assert.Equal(expected, NearestWord.Distance(left, right));
        Assert.Equal(expected, NearestWord.Distance(right, left));
    }

    [Theory]
    [InlineData("radius_mean", "mean_radius")]
    [InlineData("Income-Total-2026", "total_2026_income")]
    [InlineData("first name", "name.first")]
    public void List_OfNamesWithTheSameWordsInAnotherOrder_PutsThemFirst(string wanted, string meant)
    {
        string[] others = [.. Enumerable.Range(0, 9).Select(i => $"{wanted[..^4]}x_y{i}"), "area_mean", "texture_worst"];
        Assert.StartsWith(meant, NearestWord.List([.. others, meant], wanted, "none"), StringComparison.Ordinal);
        Assert.Equal(meant, NearestWord.Of(wanted, [.. others, meant]));
    }

    [Fact]
    public void List_ManyNames_PutsTheNearestFirstAndCountsTheRest() =>
        Assert.Equal("churn, burn, c, a, b and 2 more", NearestWord.List(["zzzzzz", "yyyyyyy", "a", "b", "c", "burn", "churn"], "chrun", "none"));

    [Fact]
    public void Of_AStrangeWord_IsNone() => Assert.Null(NearestWord.Of("zzz", ["name", "input"]));

    [Fact]
    public void Of_AMisspeltWord_IsTheOneThatWasMeant() => Assert.Equal("budget", NearestWord.Of("badget", ["name", "input", "budget"]));

    [Fact]
    public void List_NoNames_SaysWhatItWasTold() => Assert.Equal("none", NearestWord.List([], "x", "none"));
}
