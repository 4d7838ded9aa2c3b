using BatchEngine.Scorer.Sharding;

namespace BatchEngine.Scorer.Tests.Sharding;

public sealed class DecodeThreadTests
{
    [Fact]
    public async Task Work_AfterEveryAwait_GoesOnOnTheSameThread()
    {
        var thread = DecodeThread.Take();
        var seen = await Task.Factory.StartNew(async () =>
        {
            var threads = new HashSet<int> { Environment.CurrentManagedThreadId };
            for (var i = 0; i < 50; i++)
            {
                await Task.Run(static () => { }).ConfigureAwait(true);
                threads.Add(Environment.CurrentManagedThreadId);
            }
            return threads;
        }, TestContext.Current.CancellationToken, TaskCreationOptions.None, thread).Unwrap();
        Assert.Single(seen);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, seen);
        DecodeThread.Return(thread);
    }

    [Fact]
    public async Task Work_ThatFails_LeavesTheThreadToTheNextWorker()
    {
        var thread = DecodeThread.Take();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Task.Factory.StartNew(() =>
            throw new InvalidOperationException("planted"), TestContext.Current.CancellationToken, TaskCreationOptions.None, thread));
        Assert.Equal(7, await Task.Factory.StartNew(() => 7, TestContext.Current.CancellationToken, TaskCreationOptions.None, thread));
        DecodeThread.Return(thread);
    }
}
