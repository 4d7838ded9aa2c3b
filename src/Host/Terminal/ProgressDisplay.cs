using System.Globalization;
using BatchEngine.Domain;
using Spectre.Console;

namespace BatchEngine.Host.Terminal;

/// <summary>Shows progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere.</summary>
internal sealed class ProgressDisplay(Screen screen, TimeProvider clock)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the work while showing the samples it reports.</summary>
    /// <param name="title">What the work is, for instance a job's name.</param>
    /// <param name="work">Reports samples from any thread.</param>
    public async Task<T> ShowAsync<T>(string title, Func<IProgress<ProgressSample>, Task<T>> work)
    {
        var latest = new Latest();
        var task = work(latest);
        if (screen.CanRedraw && !screen.Json)
            await DrawBarAsync(title, latest, task).ConfigureAwait(false);
        else
            await PrintLinesAsync(title, latest, task).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <summary>"scoring 1,234,000 of 5,000,000 rows (24.7 %), 1.2 M rows/s, 3 s left, 0.0001 USD".</summary>
    internal static string Describe(ProgressSample sample, TimeSpan elapsed)
    {
        var rate = sample.Rate is { } told ? told.TryGet(out var rows) ? rows : 0
            : elapsed.TotalSeconds > 0.2 && sample.Things == ProgressSample.Rows ? sample.Done / elapsed.TotalSeconds : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{sample.Phase} {sample.Done:N0}");
        if (sample.Total > 0)
            text += string.Create(CultureInfo.InvariantCulture, $" of {sample.Total:N0} {sample.Things} ({100.0 * sample.Done / sample.Total:0.0} %)");
        if (rate > 0)
            text += $", {Figures.Rate(rate)}";
        if (rate > 0 && sample.Total > sample.Done)
            text += $", {Figures.Duration(TimeSpan.FromSeconds((sample.Total - sample.Done) / rate))} left";
        if (sample.Spent.TryGet(out var spent))
            text += $", {Figures.Price(spent)} so far";
        return text;
    }

    private async Task DrawBarAsync(string title, Latest latest, Task task)
    {
        var started = clock.GetTimestamp();
        await screen.ProgressConsole.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                while (!task.IsCompleted)
                {
                    Update(bar, title, latest.Sample, clock.GetElapsedTime(started));
                    await Task.WhenAny(task, Task.Delay(BarInterval, clock)).ConfigureAwait(false);
                }

                Update(bar, title, latest.Sample, clock.GetElapsedTime(started));
            }).ConfigureAwait(false);
    }

    private static void Update(ProgressTask bar, string title, ProgressSample? sample, TimeSpan elapsed)
    {
        if (sample is null)
            return;
        bar.MaxValue = Math.Max(1, sample.Total);
        bar.Value = sample.Done;
        bar.Description = $"{Markup.Escape(title)}  {Markup.Escape(Describe(sample, elapsed))}";
    }

    private async Task PrintLinesAsync(string title, Latest latest, Task task)
    {
        var started = clock.GetTimestamp();
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(LineInterval, clock)).ConfigureAwait(false);
            if (!task.IsCompleted && latest.Sample is { } sample)
                screen.Note($"{title}: {Describe(sample, clock.GetElapsedTime(started))}");
        }
    }

    private sealed class Latest : IProgress<ProgressSample>
    {
        private volatile ProgressSample? _sample;

        public ProgressSample? Sample => _sample;

        public void Report(ProgressSample value) => _sample = value;
    }
}
