using System.Text;
using BatchEngine.Domain;
using BatchEngine.Host.Tests.Serving;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Http;

/// <summary>Bodies with bytes changed, cut, doubled and swapped: none is answered with a fault of the server, and nothing grows.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class MutatedBodiesTests
{
    // A hundred thousand where somebody has a minute: BATCHENGINE_TEST_BODIES=100000.
    private static readonly int s_bodies = int.TryParse(Environment.GetEnvironmentVariable("BATCHENGINE_TEST_BODIES"), out var bodies) ? bodies : 6_000;

    private static readonly string[] s_seeds =
    [
        """{"keys": [1, 2, "3", -4, "größe/7", 99999999999]}""",
        """{"items": [{"key": 1, "features": {"age": 4.5, "country": "DE", "flag": true, "none": null}}, {"key": "b", "features": {}}]}""",
        """{"features": {"age": 1e10, "text": "\u00e4\ud83d\ude00\n", "x": -0.0}}""",
        """{"keys": ["\ud83d\ude00", "a\\b", "\u0000"]}""",
    ];

    private static readonly string[] s_parts =
        ["\\ud800", "\\udc00", "\\u0000", "1e999", "-", "[", "{", "\"", "null", "\u00e9", ",", "keys", "9223372036854775808", "\\"];

    [Fact]
    public async Task Bodies_Mutated_AreNeverTheServersFaultAndNothingGrows()
    {
        await using var served = await ServedKeys.OfAsync([PredictionKey.Of("1"), PredictionKey.Of("b"), PredictionKey.Of("größe/7")]);
        const int Seed = 20261127;
        var statuses = new SortedDictionary<int, int>();
        var warm = 0L;
        for (var from = 0; from < s_bodies; from += 100)
        {
            foreach (var status in await Task.WhenAll(Enumerable.Range(from, 100).Select(i => SendAsync(served, Mutated(new Random(Seed + i)), i))))
                statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (from == s_bodies / 200 * 100)
                warm = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.True(statuses.Keys.All(s => s is 200 or 400 or 404), $"seed {Seed}: {string.Join(", ", statuses)}");
        Assert.True(statuses.Count == 3, $"not all kinds were met: {string.Join(", ", statuses)}");
        Assert.DoesNotContain(served.Log.All, l => l.Level >= LogLevel.Error);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - warm, long.MinValue, 8 << 20);
    }

    private static async Task<int> SendAsync(ServedKeys served, byte[] body, int number)
    {
        using var content = new ByteArrayContent(body);
        var target = number % 3 == 0 ? "/v1/predictions/k/1" : number % 31 == 1 ? "/v1/predictions/other" : "/v1/predictions/k";
        using var answer = await served.Client.PostAsync(new Uri(target, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private static byte[] Mutated(Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(s_seeds[random.Next(s_seeds.Length)]).ToList();
        for (var changes = random.Next(4); changes > 0 && bytes.Count > 1; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.Skip(at).Take(random.Next(20)).ToArray());
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_parts[random.Next(s_parts.Length)]));
                    break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }
        return [.. bytes];
    }
}
