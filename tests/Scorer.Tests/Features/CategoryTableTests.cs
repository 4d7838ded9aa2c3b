using System.Text;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class CategoryTableTests
{
    [Fact]
    public void Find_EveryCategory_GivesItsPlace()
    {
        string[] categories = [.. Enumerable.Range(0, 300).Select(i => $"category {i}"), "", "ß"];
        var table = new CategoryTable(categories);
        Assert.Equal(Enumerable.Range(0, categories.Length), categories.Select(c => table.Find(Encoding.UTF8.GetBytes(c))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a ")]
    [InlineData("A")]
    [InlineData("aa")]
    public void Find_AnUnseenValue_GivesNoPlace(string value) => Assert.Equal(-1, new CategoryTable(["a", "b"]).Find(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Find_AmongNoCategories_GivesNoPlace() => Assert.Equal(-1, new CategoryTable([]).Find("a"u8));

    [Fact]
    public void Find_ACategoryNamedTwice_GivesTheFirstPlace() => Assert.Equal(0, new CategoryTable(["a", "a", "b"]).Find("a"u8));
}
