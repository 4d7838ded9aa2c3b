namespace BatchEngine.Simulation;

/// <summary>Invariants over seeded nights: I1 and I2 by the counts, I4 by the segments' bytes. Replay one with: dotnet run --project tests/Simulation --
/// --filter-method "*SeededMoments*".</summary>
public sealed class InterruptedNightTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261123)]
    public async Task Night_StoppedAtSeededMoments_PublishesTheSameBytesAsAnUndisturbedOne(int seed)
    {
        using var nights = new InterruptedNights(Directory.CreateTempSubdirectory("batchengine-nights-").FullName, seed);
        await nights.WriteInputAsync();
        var calm = await nights.RunAsync("calm", interrupted: false);
        var stormy = await nights.RunAsync("stormy", interrupted: true);

        Assert.True(stormy.Starts > 1, $"seed {seed}: the storm never struck, so nothing was tested");
        Assert.Equal(calm.Segments, stormy.Segments);
        Assert.Equal(calm.Counts, stormy.Counts);
        Assert.Equal(calm.Keys, stormy.Keys);
        Assert.True(calm.Counts.AddsUp);
        Assert.Empty(stormy.Orphans);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261123)]
    public async Task Night_WhoseWorkersComeAndGo_PublishesTheSameBytesAsAnUndisturbedOne(int seed)
    {
        using var nights = new InterruptedNights(Directory.CreateTempSubdirectory("batchengine-nights-").FullName, seed);
        await nights.WriteInputAsync();
        var calm = await nights.RunAsync("calm", interrupted: false);
        var stormy = await nights.RunByComingWorkersAsync("stormy");

        Assert.True(stormy.Starts > 1, $"seed {seed}: one worker did it all, so nothing was tested");
        Assert.Equal(calm.Segments, stormy.Segments);
        Assert.Equal(calm.Counts, stormy.Counts);
        Assert.Equal(calm.Keys, stormy.Keys);
        Assert.Empty(stormy.Orphans);
    }
}
