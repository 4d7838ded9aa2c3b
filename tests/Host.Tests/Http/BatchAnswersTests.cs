using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Tests.Serving;

namespace BatchEngine.Host.Tests.Http;

/// <summary>Batches: all keys of one snapshot, and no memory for answers that nobody reads.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class BatchAnswersTests
{
    private const int Keys = 10_000;

    private static readonly string s_body = $$"""{"keys": [{{string.Join(',', Enumerable.Range(0, Keys))}}]}""";

    private static IReadOnlyList<PredictionKey> All => [.. Enumerable.Range(0, Keys).Select(i => PredictionKey.Of(i))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_OfAsManyKeysAsAreAllowed_IsAnsweredWholeAndInOrder()
    {
        await using var served = await ServedKeys.OfAsync(All);
        var (_, text) = await served.BatchAsync(s_body);
        using var json = JsonDocument.Parse(text);
        var answers = json.RootElement.GetProperty("predictions");
        Assert.Equal(Keys, answers.GetArrayLength());
        var index = 0;
        foreach (var answer in answers.EnumerateArray())
        {
            Assert.Equal(index, answer.GetProperty("key").GetInt64());
            Assert.Equal(index++, answer.GetProperty("outputs").GetProperty("score").GetSingle());
        }
        Assert.Equal(Keys, served.Answered.Drain().Sum(t => t.Count));
    }

    [Fact]
    public async Task Batch_OneKeyMoreThanAllowed_IsRefused()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var (status, text) = await served.BatchAsync(s_body.Replace("[0,", "[0,0,", StringComparison.Ordinal));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, status);
        Assert.Contains("10001 keys", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_WhileSnapshotsAreSwapped_AreEachOfOneSnapshot()
    {
        const int Offset = 1_000_000;
        await using var served = await ServedKeys.OfAsync(All);
        var first = served.Catalog.Find(ServedKeys.Name)!.Reader!.Info.Id;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var swapping = Task.Run(async () =>
        {
            await served.PublishAsync(All, Offset);
            for (var swap = 0; !stop.IsCancellationRequested; swap++)
            {
                await served.Catalog.RefreshAsync(Ct);
                await (swap % 2 == 0 ? served.RollbackAsync() : served.PublishAgainAsync());
            }
        }, Ct);
        var seen = new HashSet<long>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(2) || (seen.Count < 2 && clock.Elapsed < TimeSpan.FromSeconds(20));)
        {
            var (_, text) = await served.BatchAsync(s_body);
            using var json = JsonDocument.Parse(text);
            var snapshots = json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("snapshot").GetInt64()).Distinct().ToList();
            seen.Add(Assert.Single(snapshots));
            var scores = json.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("outputs").GetProperty("score").GetSingle());
            Assert.Equal(Enumerable.Range(snapshots[0] == first ? 0 : Offset, Keys).Select(i => (float)i), scores);
        }
        await stop.CancelAsync();
        await swapping;
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task Batches_ThatNobodyReads_HoldLittleMemoryAndEnd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: reads what the process holds");
        const int Callers = 20, Batches = 6;
        await using var served = await ServedKeys.OfAsync(All,
            configuration: c => c with { Requests = RequestLimits.Default with { Timeout = TimeSpan.FromSeconds(3) } });
        await served.BatchAsync(s_body);
        var request = RawConnection.Request("POST", "/v1/predictions/k", s_body);
        GC.Collect();
        var before = HeldBytes();
        var callers = new List<RawConnection>();
        try
        {
            for (var i = 0; i < Callers; i++)
            {
                callers.Add(await RawConnection.OpenAsync(served.Address));
                for (var batch = 0; batch < Batches; batch++)
                    await callers[^1].SendAsync(request);
            }
            // Each answer is 2 MB, and its keys and decisions are 3 MB; the system's own buffers take two answers or three.
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(2);)
            {
                Assert.InRange(HeldBytes() - before, long.MinValue, Callers * 1_500_000L);
                await Task.Delay(100, Ct);
            }
            var counted = served.Answered.Drain().Sum(t => t.Count);
            Assert.InRange(counted, 1, (Callers * Batches * Keys) - 1);
            // Another caller is answered meanwhile, and those who did not read in time are cut off.
            Assert.Equal(200, (await served.AskAsync("GET", "/v1/predictions/k/1")).Status);
            await Task.Delay(TimeSpan.FromSeconds(4), Ct);
            foreach (var caller in callers)
                Assert.True(await caller.IsCutOffAsync());
        }
        finally
        {
            callers.ForEach(c => c.Dispose());
        }
    }

    private static long HeldBytes() => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))["RssAnon:".Length..]
            .Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
