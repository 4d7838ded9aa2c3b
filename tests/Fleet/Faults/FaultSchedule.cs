namespace BatchEngine.Fleet.Faults;

/// <summary>What goes wrong in one night, told by a seed: the same seed gives the same faults.</summary>
internal static class FaultSchedule
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(500);

    /// <summary>Three to six faults in the first seconds of a night, for hosts of the given names.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="hosts">Every host may be met, but never all routers at once: somebody has to answer.</param>
    /// <param name="night">The faults begin within this.</param>
    /// <param name="lease">How long a lease is: pauses are longer.</param>
    public static IReadOnlyList<Fault> Of(int seed, IReadOnlyList<string> hosts, TimeSpan night, TimeSpan lease)
    {
        var chance = new Random(seed);
        var faults = new List<Fault>();
        var count = chance.Next(3, 7);
        var spared = $"router{chance.Next(1, 3)}";
        while (faults.Count < count)
        {
            var kind = (FaultKind)chance.Next(Enum.GetValues<FaultKind>().Length);
            var host = kind is FaultKind.StoreBusy or FaultKind.StoreSlow ? "" : hosts[chance.Next(hosts.Count)];
            if (host == spared)
                continue;
            var longest = kind == FaultKind.Paused ? lease * 2.5 : lease * 2;
            var length = kind == FaultKind.Paused ? lease * 1.5 : s_shortest;
            faults.Add(new Fault(kind, host, night * chance.NextDouble(), length + ((longest - length) * chance.NextDouble())));
        }
        return [.. faults.OrderBy(f => f.At)];
    }
}
