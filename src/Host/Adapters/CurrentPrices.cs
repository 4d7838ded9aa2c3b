using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Adapters;

/// <summary>What the price sources say now, and what they said under earlier dates. They are read at each question, so a sheet that is changed or removed
/// counts at once; one that cannot be read leaves what was said last in force, to this process or to an earlier one, and is told once. Thread-safe.</summary>
/// <param name="readings">Where what was read is kept.</param>
/// <param name="folder">Where the sources are: only what was read there counts.</param>
/// <param name="sources">The sources.</param>
/// <param name="clock">Says "now".</param>
/// <param name="note">Told about a source that cannot be read, in a sentence.</param>
internal sealed class CurrentPrices(PriceReadings readings, string folder, IReadOnlyList<IPriceSource> sources, TimeProvider clock, Action<string> note)
    : IPriceBooks
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private IReadOnlyList<PriceSheet>? _sheets;
    private string _trouble = "";

    /// <inheritdoc/>
    public string Folder => folder;

    /// <summary>Why a source could not be read when it was last asked; where one could not, it is asked again. Null means that all can be read.</summary>
    public async Task<string?> TroubleAsync(CancellationToken ct)
    {
        if (_trouble.Length > 0)
            await LookAsync(ct).ConfigureAwait(false);
        return _trouble.Length > 0 ? _trouble : null;
    }

    /// <summary>Reads the sources, so that <see cref="TroubleAsync"/> knows what is wrong with them before anybody needs a price.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        try
        {
            await SheetsAsync(ct).ConfigureAwait(false);
        }
        catch (BadInputException)
        {
            // It is kept as the trouble; whoever needs a price is refused with it.
        }
    }

    /// <summary>What is known now of the prices from an instant on. Stores nothing.</summary>
    /// <exception cref="BadInputException">A source cannot be read, and never could be.</exception>
    public async Task<PriceBook> BookAsync(DateTimeOffset since, CancellationToken ct)
    {
        var sheets = await SheetsAsync(ct).ConfigureAwait(false);
        return Book(await readings.SinceAsync(folder, since, ct).ConfigureAwait(false), sheets);
    }

    /// <summary>What a real-time answer is assumed to cost now; null means that no source assumes anything. Stores nothing.</summary>
    /// <exception cref="BadInputException">A source cannot be read, and never could be.</exception>
    public async Task<RealtimeAssumption?> AssumptionAsync(CancellationToken ct) => RealtimeAssumption.At(
        (await SheetsAsync(ct).ConfigureAwait(false) ?? []).Select(s => s.Assumption).OfType<RealtimeAssumption>(), clock.GetUtcNow());

    /// <inheritdoc/>
    /// <exception cref="BadInputException">A source cannot be read, and never could be.</exception>
    public async Task<PriceBook> PinAsync(DateTimeOffset since, CancellationToken ct)
    {
        var sheets = await RecordAsync(ct).ConfigureAwait(false);
        return Book(await readings.SinceAsync(folder, since, ct).ConfigureAwait(false), sheets);
    }

    /// <summary>Records what counts now, so that it can be proved later; gives the sheets, or null when they cannot be read.</summary>
    /// <exception cref="BadInputException">A source cannot be read, and never could be.</exception>
    public async Task<IReadOnlyList<PriceSheet>?> RecordAsync(CancellationToken ct)
    {
        var sheets = await SheetsAsync(ct).ConfigureAwait(false);
        if (sheets is not null)
            await readings.RecordAsync(folder, QuotesOf(sheets), ct).ConfigureAwait(false);
        return sheets;
    }

    private PriceBook Book(IReadOnlyList<PriceReading> known, IReadOnlyList<PriceSheet>? sheets) =>
        sheets is null ? PriceHistory.BookAt(known, clock.GetUtcNow()) : PriceHistory.Book(known, QuotesOf(sheets));

    private static IReadOnlyList<(string Sheet, IReadOnlyList<PriceQuote> Quotes)> QuotesOf(IReadOnlyList<PriceSheet> sheets) =>
        [.. sheets.Where(s => s.Quotes.Count > 0).Select(s => (s.Name, s.Quotes))];

    /// <summary>The sheets; null means that they cannot be read, and what earlier processes read of them is in force.</summary>
    private async Task<IReadOnlyList<PriceSheet>?> SheetsAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var sheets = new List<PriceSheet>();
            foreach (var source in sources)
                sheets.AddRange(await source.ReadAsync(ct).ConfigureAwait(false));
            _trouble = "";
            return _sheets = sheets;
        }
        catch (BadInputException problem)
        {
            var isNew = _trouble != problem.Message;
            _trouble = problem.Message;
            if (_sheets is null && !await readings.AnyAsync(folder, ct).ConfigureAwait(false))
                throw;
            if (isNew)
                note($"The prices read before stay in force: {problem.Message}");
            return _sheets;
        }
        finally
        {
            _one.Release();
        }
    }
}
