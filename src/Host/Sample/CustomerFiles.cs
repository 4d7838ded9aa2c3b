using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Host.Sample;

/// <summary>Writes the sample's customers as Parquet: a folder a day, a file per 262,144 customers, two row groups a file. Same request, same rows.</summary>
public static class CustomerFiles
{
    /// <summary>Customers of one row group.</summary>
    public const int CustomersPerRowGroup = 131_072;

    /// <summary>Customers of one file.</summary>
    public const int CustomersPerFile = 2 * CustomersPerRowGroup;

    /// <summary>The columns, in file order.</summary>
    public static IReadOnlyList<TableColumn> Columns { get; } =
    [
        new("customer_id", ColumnKind.Integer, true),
        new("signup_date", ColumnKind.Date, false),
        new("last_order_at", ColumnKind.Timestamp, true),
        new("country", ColumnKind.Text, false),
        new("plan", ColumnKind.Text, false),
        new("age", ColumnKind.Integer, true),
        new("orders_90d", ColumnKind.Integer, false),
        new("revenue_90d", ColumnKind.Double, false),
        new("avg_basket", ColumnKind.Float, true),
        new("support_tickets", ColumnKind.Integer, false),
        new("discount_share", ColumnKind.Float, false),
        new("is_business", ColumnKind.Bool, false),
        new("balance", ColumnKind.Decimal, false),
        new("email_domain", ColumnKind.Text, false),
        new("visits_30d", ColumnKind.Integer, false),
    ];

    /// <summary>Writes every day of the request, on all cores; files that are there already are replaced.</summary>
    /// <param name="request">What to write.</param>
    /// <param name="onRows">Hears the rows of each row group when it is written, from several threads; null means nobody listens.</param>
    /// <param name="ct">Cancels; unfinished files are removed.</param>
    /// <exception cref="BadInputException">The request is out of its limits.</exception>
    /// <exception cref="StorageFailedException">The disk is full or refuses.</exception>
    public static async Task<IReadOnlyList<SampleDay>> WriteAsync(SampleRequest request, Action<long>? onRows, CancellationToken ct)
    {
        request.Validated();
        var generator = new CustomerGenerator(request.Seed, request.Customers, request.FirstDay);
        var days = new List<SampleDay>();
        for (var dayIndex = 0; dayIndex < request.Days; dayIndex++)
            days.Add(await WriteDayAsync(generator, request, dayIndex, onRows, ct).ConfigureAwait(false));
        return days;
    }

    private static async Task<SampleDay> WriteDayAsync(CustomerGenerator generator, SampleRequest request, int dayIndex, Action<long>? onRows,
        CancellationToken ct)
    {
        var date = request.FirstDay.AddDays(dayIndex);
        var directory = Path.Combine(Path.GetFullPath(request.Directory), date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var last = generator.LastId(dayIndex);
        var parts = new (string Path, CustomerCounts Counts)[(last + CustomersPerFile - 1) / CustomersPerFile];
        try
        {
            Directory.CreateDirectory(directory);
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
                async (part, token) =>
            {
                var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"part-{part:00000}.parquet"));
                var from = ((long)part * CustomersPerFile) + 1;
                parts[part] = (path, await WriteFileAsync(generator, path, from, Math.Min(last, from + CustomersPerFile - 1), dayIndex, onRows, token)
                    .ConfigureAwait(false));
            }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(directory, $"the sample could not be written ({e.Message}). Free some space or choose another folder with --out.",
                isTransient: false, e);
        }
        var counts = parts.Aggregate(default(CustomerCounts), (sum, part) => sum + part.Counts);
        return new SampleDay(date, directory, [.. parts.Select(p => p.Path)], counts.Rows, counts.Changed, counts.New, counts.Deleted, counts.Bad,
            parts.Sum(p => new FileInfo(p.Path).Length), dayIndex == 0 ? "" : CustomerGenerator.PlantedDrift);
    }

    /// <summary>Writes customers <paramref name="from"/> to <paramref name="to"/>, both included, under a temporary name first.</summary>
    private static async Task<CustomerCounts> WriteFileAsync(CustomerGenerator generator, string path, long from, long to, int dayIndex, Action<long>? onRows,
        CancellationToken ct)
    {
        var temporary = path + ".tmp";
        var counts = default(CustomerCounts);
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                var writer = await TableWriter.CreateAsync(stream, Columns, ct).ConfigureAwait(false);
                await using (writer.ConfigureAwait(false))
                {
                    for (var first = from; first <= to; first += CustomersPerRowGroup)
                    {
                        var columns = new CustomerColumns(CustomersPerRowGroup);
                        counts += columns.Fill(generator, first, Math.Min(to, first + CustomersPerRowGroup - 1), dayIndex);
                        await writer.WriteRowGroupAsync(columns.Arrays(), ct).ConfigureAwait(false);
                        onRows?.Invoke(columns.Rows);
                    }
                    await writer.CompleteAsync(ct).ConfigureAwait(false);
                }
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return counts;
    }
}
