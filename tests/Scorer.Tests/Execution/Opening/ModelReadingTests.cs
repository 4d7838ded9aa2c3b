using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Execution.Opening;

public sealed class ModelReadingTests
{
    private static readonly string[] s_ab = ["a", "b"];

    [Fact]
    public void Reading_OpenedTwice_GivesTwoModelsThatOutliveIt()
    {
        LoadedModel first, second;
        using (var reading = ModelReading.Of(Fixture.Path("linear"), ExecutorOptions.Default))
        {
            first = ExecutorFactory.Open(reading, ["a", "b", "c"], ExecutorOptions.Default);
            second = ExecutorFactory.Open(reading, ["a", "b", "c"], ExecutorOptions.Default);
        }
        using (first)
            Assert.Equal([321.5f], Fixture.Score(first, [[1, 2, 3]]).Item1[0]);
        using (second)
            Assert.Equal([321.5f], Fixture.Score(second, [[1, 2, 3]]).Item1[0]);
    }

    [Fact]
    public void Reading_OfAForest_LaysItOutOnceForAllThatOpenIt()
    {
        using var file = new TemporaryModel(RawForest.Small().ToModel(2));
        using var reading = ModelReading.Of(file.Path, ExecutorOptions.Default);
        reading.Begin();
        var first = Assert.IsType<LoadedForest>(ExecutorFactory.Open(reading, s_ab, ExecutorOptions.Default));
        var second = Assert.IsType<LoadedForest>(ExecutorFactory.Open(reading, s_ab, ExecutorOptions.Default));
        Assert.Same(first.Walk, second.Walk);
        Assert.Equal([4f], Fixture.Score(second, [[1, 3]]).Item1[0]);
    }

    [Fact]
    public void Reading_OfWhatTheRuntimeRefuses_SaysSoToEveryoneAndClosesInPeace()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 2).Node("NoSuchOperator", "", ["x"], ["y"])
            .Output("y", OnnxModelWriter.Float, -1, 1).ToArray());
        using var reading = ModelReading.Of(file.Path, ExecutorOptions.Default);
        reading.Begin();
        Assert.Contains("ONNX Runtime refuses", Assert.Throws<BadInputException>(() => reading.Signature).Message, StringComparison.Ordinal);
        Assert.Throws<BadInputException>(() => ExecutorFactory.Open(reading, s_ab, ExecutorOptions.Default));
    }

    [Fact]
    public void Reading_WhoseEngineHasAnotherName_IsRefused()
    {
        using var reading = ModelReading.Of(Fixture.Path("linear"), ExecutorOptions.Default);
        Assert.Throws<BadInputException>(() => ExecutorFactory.Open(reading, ["a", "b", "c"], ExecutorOptions.Default with { Engine = "abacus" }));
    }

    [Theory]
    [InlineData(0, 1, 2, 3, 4)]
    [InlineData(7, 8, 9, 10, 11)]
    [InlineData(4, 3, 2, 1, 0)]
    [InlineData(100, -5, 3, long.MaxValue, long.MinValue)]
    public void Forest_WhateverItsNodesAreCalled_IsTheSame(long a, long b, long c, long d, long e)
    {
        var raw = RawForest.Small();
        long[] names = [a, b, c, d, e];
        foreach (var ids in (List<long>[])[raw.Ids, raw.WeightNodes, raw.True, raw.False])
        {
            for (var i = 0; i < ids.Count; i++)
                ids[i] = names[ids[i]];
        }
        var (usual, renamed) = (Forest(RawForest.Small()), Forest(raw));
        Assert.Equal(usual.Nodes, renamed.Nodes);
        Assert.Equal(usual.LeafWeights, renamed.LeafWeights);
        raw.False[0] = 5;
        Assert.Contains("a branch to node 5, which is missing", Assert.Throws<BadInputException>(() => Forest(raw)).Message, StringComparison.Ordinal);
    }

    private static ForestModel Forest(RawForest raw) => ForestReader.Read(OnnxGraph.Read(raw.ToModel(2), "m.onnx").Nodes[0], "m.onnx");
}
