namespace BatchEngine.Domain.Tests.Runs;

public sealed class DecisionSubjectTextTests
{
    [Fact]
    public void Text_OfEverySubject_IsSpelledAsInDatabasesSoFarAndReadsBack()
    {
        string[] stored = ["plan", "capacity", "reuse", "keepSums", "worker-lost", "run-failed", "resume", "cancel", "duplicate-keys", "publish", "schedule",
            "misfire", "overlap", "queue-full", "budget", "deadline", "retention"];
        Assert.Equal(stored, Enum.GetValues<DecisionSubject>().Select(s => s.Text()));
        Assert.Equal(Enum.GetValues<DecisionSubject>(), stored.Select(DecisionSubjectText.Parse));
        Assert.Contains("'interruption'", Assert.Throws<FormatException>(() => DecisionSubjectText.Parse("interruption")).Message, StringComparison.Ordinal);
    }
}
