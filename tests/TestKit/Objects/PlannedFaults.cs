namespace BatchEngine.TestKit.Objects;

/// <summary>Which requests fail, and how. Thread-safe.</summary>
public sealed class PlannedFaults
{
    private readonly Lock _lock = new();
    private readonly List<Planned> _planned = [];

    /// <summary>How late a slow answer is.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Plans a fault.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="operation">The operation, such as "PutObject"; null means any.</param>
    /// <param name="times">With how many requests.</param>
    /// <param name="after">How many requests of that operation go well before.</param>
    /// <param name="key">The end of the key; null means any.</param>
    public void Plan(ObjectFault fault, string? operation = null, int times = 1, int after = 0, string? key = null)
    {
        lock (_lock)
            _planned.Add(new Planned(fault, operation, key) { Times = times, After = after });
    }

    /// <summary>Forgets what has not happened.</summary>
    public void Clear()
    {
        lock (_lock)
            _planned.Clear();
    }

    /// <summary>The fault of a request; null means none.</summary>
    internal ObjectFault? Next(ObjectRequest request)
    {
        lock (_lock)
        {
            foreach (var planned in _planned.Where(p => p.Times > 0 && p.IsOf(request)))
            {
                if (planned.After-- > 0)
                    continue;
                planned.Times--;
                return planned.Fault;
            }
            return null;
        }
    }

    private sealed class Planned(ObjectFault fault, string? operation, string? key)
    {
        public ObjectFault Fault => fault;

        public int Times { get; set; }

        public int After { get; set; }

        public bool IsOf(ObjectRequest request) => (operation is null || operation == request.Operation)
            && (key is null || request.Key.EndsWith(key, StringComparison.Ordinal));
    }
}
