using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.OneShot;

/// <summary>Models that people bring, through the real one-shot scoring.</summary>
public sealed class BroughtModelsTests
{
    /// <summary>Cases that are not right yet, with the reason. A case that comes right has to leave this list.</summary>
    private static readonly SortedDictionary<string, string> s_knownToFail = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public async Task BroughtModels_Scored_AreRightOrInTheListOfThoseThatAreNot()
    {
        var root = BroughtModel.Root();
        if (root is null)
            Assert.Skip("NeedsSharedData: shared/cases/models is not beside the repository.");
        var wrong = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            using var output = new TemporaryFolder();
            var name = Path.GetFileName(folder);
            var problem = await new BroughtModel(folder).ProblemAsync(output.File("out"));
            if (problem is not null != s_knownToFail.ContainsKey(name))
                wrong.Add(problem is null ? $"{name} is right: take it from the list" : $"{name}: {problem}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
