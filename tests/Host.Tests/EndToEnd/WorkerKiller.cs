using System.Diagnostics;
using System.Globalization;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Kills worker processes of this process with SIGKILL: most of them a random moment into their work on a shard, some at any moment of their life.
/// Linux only: it reads /proc.</summary>
/// <param name="random">Chooses victims and moments.</param>
/// <param name="busyAsync">The names of the workers that hold a shard now.</param>
internal sealed class WorkerKiller(Random random, Func<Task<IReadOnlyList<string>>> busyAsync)
{
    private const double ShareAtAnyMoment = 0.2;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Workers killed so far.</summary>
    public int Kills { get; private set; }

    /// <summary>Kills until the wanted number is dead or the run has ended.</summary>
    public async Task KillUntilAsync(int kills, string run, Task ended)
    {
        var atAnyMoment = random.NextDouble() < ShareAtAnyMoment;
        while (Kills < kills && !ended.IsCompleted)
        {
            IReadOnlyList<string> victims = atAnyMoment ? [""] : await busyAsync();
            await Task.WhenAny(Task.Delay(victims.Count == 0 ? Glance : MaxPause * random.NextDouble()), ended);
            if (victims.Count == 0 || ended.IsCompleted)
                continue;
            var processes = WorkersOf(run, victims[random.Next(victims.Count)]);
            if (processes.Count == 0 || !TryKill(processes[random.Next(processes.Count)]))
                continue;
            Kills++;
            atAnyMoment = random.NextDouble() < ShareAtAnyMoment;
        }
    }

    private static List<int> WorkersOf(string run, string name) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, CultureInfo.InvariantCulture, out _))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .Where(id => ReadOrEmpty($"/proc/{id}/cmdline").Replace('\0', ' ')
                .Contains($"worker --run {run} --name {name}{(name.Length > 0 ? " " : "")}", StringComparison.Ordinal) && ParentOf(id) == Environment.ProcessId)
                .Order(),
    ];

    // The fourth field; the second is the name in brackets and may hold spaces.
    private static int ParentOf(int id) => ReadOrEmpty($"/proc/{id}/stat") is { Length: > 0 } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
        : 0;

    private static bool TryKill(int id)
    {
        try
        {
            using var worker = Process.GetProcessById(id);
            worker.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself a moment ago.
            return false;
        }
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
