using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Tests.Realtime;

public sealed class RealtimeQuestionTests
{
    [Fact]
    public void TextOf_DifferentQuestions_AreAllDifferent()
    {
        object?[] values = [null, "", "-", "y", true, false, 1L, 10L, 1.0, 1f, "1", 0.0, -0.0, 0.1, 0.1f, double.NaN, "t1:1", "1c1:b"];
        var questions = values.Select(v => Text(("a", v)))
            .Concat([Text(), Text(("a", "1"), ("b", null)), Text(("a", null), ("b", "1")), Text(("ab", "1")), Text(("a", "1c1:bt0:")),
                Text(("a", "1"), ("b", ""))])
            .Append(RealtimeQuestion.TextOf("other", 1, new Dictionary<string, object?> { ["a"] = 1L })).ToList();
        Assert.DoesNotContain(null, questions);
        Assert.Equal(questions.Count, questions.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void TextOf_SameColumnsInAnotherOrder_IsTheSame() =>
        Assert.Equal(Text(("a", 1L), ("b", "x")), Text(("b", "x"), ("a", 1)));

    [Fact]
    public void TextOf_ValueWhoseTextMayLoseSomething_IsNeverShared()
    {
        Assert.Null(Text(("since", new DateTime(2026, 11, 23, 2, 0, 0, DateTimeKind.Utc))));
        Assert.Null(Text(("bytes", new byte[] { 1 })));
    }

    private static string? Text(params (string Column, object? Value)[] features) =>
        RealtimeQuestion.TextOf("churn", 1, features.ToDictionary(f => f.Column, f => f.Value));
}
