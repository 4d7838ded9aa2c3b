using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Http;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>A new reason needs its name, its rule and its row in the documentation; answers take the rest from the enum.</summary>
public sealed class RouteReasonTests
{
    [Fact]
    public void Reasons_OfTheEnum_AreTheRowsOfTheDocumentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/router.md"));
        var section = page[page.IndexOf("## Reasons", StringComparison.Ordinal)..page.IndexOf("## Real-time scoring", StringComparison.Ordinal)];
        Assert.Equal(Enum.GetValues<RouteReason>().Select(r => AnswerJson.Name(r).ToString()),
            Regex.Matches(section, "^\\| `(\\w+)` \\|", RegexOptions.Multiline).Select(m => m.Groups[1].Value));
    }
}
