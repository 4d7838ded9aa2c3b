using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Prices;

/// <summary>Reads dated price sheets: what each machine costs an hour, on-demand and spot, who said so and when. Stateless, thread-safe.</summary>
public static class PriceSheetFile
{
    /// <summary>Reads one sheet.</summary>
    /// <returns>One quote for the on-demand price and one for the spot price of each offering; a price that the sheet does not give has no quote, so it is
    /// not measured, never zero.</returns>
    /// <exception cref="BadInputException">The file is missing or has problems; all of them are named with their lines.</exception>
    public static IReadOnlyList<PriceQuote> Load(string path)
    {
        var problems = new ConfigProblems(path);
        return Read(YamlText.ReadFile(path, problems), problems);
    }

    /// <summary>Reads every "*.yaml" of a folder, sorted by file name; a missing folder has none.</summary>
    /// <exception cref="BadInputException">A sheet has problems.</exception>
    public static IReadOnlyList<PriceQuote> LoadAll(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal).SelectMany(Load)]
        : [];

    /// <summary>Reads a sheet from nodes.</summary>
    internal static IReadOnlyList<PriceQuote> Read(YamlNode.Mapping root, ConfigProblems problems)
    {
        var sheet = new SectionReader(root, "", problems);
        var source = sheet.RequiredText("source", "who said so: a page, a file or an API");
        if (sheet.Find("observed") is null)
            sheet.Missing("observed", "the date of the prices, such as 2026-11-01");
        var observed = sheet.Parsed("observed", default(DateTimeOffset), "a date such as 2026-11-01", ParseDate);
        var validUntil = sheet.Parsed<DateTimeOffset?>("validUntil", null, "a date such as 2026-12-01", text =>
            ParseDate(text) is (true, var date) ? (true, date) : (false, null));
        if (sheet.Find("currency") is null)
            sheet.Missing("currency", "an ISO 4217 code such as USD");
        var currency = sheet.Parsed("currency", "USD", "an ISO 4217 code such as USD", text => (MoneyText.IsCurrency(text), text));
        var quotes = new List<PriceQuote>();
        if (sheet.Find("offerings") is YamlNode.Sequence { Items.Count: > 0 } list)
        {
            foreach (var item in list.Items)
                quotes.AddRange(ReadOffering(item, (source, observed, validUntil, currency), problems));
        }
        else
        {
            problems.Add(sheet.Find("offerings") ?? root, "offerings", sheet.Find("offerings")?.Describe()
                ?? "no such key", "a list of offerings", "Write '- { provider: ec2, type: c7i.large, zone: eu-central-1a, onDemandPerHour: 0.1 }'.");
        }
        sheet.RefuseUnknownKeys();
        foreach (var twice in quotes.GroupBy(q => q.Offering).Where(g => g.Count() > 1))
            problems.Add(root, "offerings", $"{twice.Key} {twice.Count()} times", "each offering once", "Remove the others.");
        problems.ThrowIfAny();
        return quotes;
    }

    private static List<PriceQuote> ReadOffering(YamlNode item, (string Source, DateTimeOffset Observed, DateTimeOffset? Until, string Currency) sheet,
        ConfigProblems problems)
    {
        var quotes = new List<PriceQuote>();
        if (item is not YamlNode.Mapping mapping)
        {
            problems.Add(item, "offerings[]", item.Describe(), "provider, type, zone and onDemandPerHour or spotPerHour", "See config/prices/.");
            return quotes;
        }
        var reader = new SectionReader(mapping, "offerings[]", problems);
        var provider = reader.RequiredText("provider", "local, ec2, azure or kubernetes");
        var type = reader.RequiredText("type", "the provider's name for the machine");
        var zone = reader.RequiredText("zone", "the zone or region");
        var onDemand = Price(reader, "onDemandPerHour");
        var spot = Price(reader, "spotPerHour");
        if (reader.Find("onDemandPerHour") is null && reader.Find("spotPerHour") is null)
            reader.Missing("onDemandPerHour", "the price of one hour (or spotPerHour)");
        reader.RefuseUnknownKeys();
        var source = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(problems.File)}:{mapping.Line}: {sheet.Source}");
        if (onDemand is { } list)
            quotes.Add(new PriceQuote(new Offering(provider, type, zone, PurchaseOption.OnDemand), new Money(list, sheet.Currency), source, sheet.Observed,
                sheet.Until));
        if (spot is { } cheap)
            quotes.Add(new PriceQuote(new Offering(provider, type, zone, PurchaseOption.Spot), new Money(cheap, sheet.Currency), source, sheet.Observed,
                sheet.Until));
        return quotes;
    }

    private static decimal? Price(SectionReader reader, string key) => reader.Parsed<decimal?>(key, null, "a price of zero or more, without currency", text =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) ? (true, price) : (false, null));

    private static (bool IsValid, DateTimeOffset Value) ParseDate(string text) =>
        (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date), date);
}
