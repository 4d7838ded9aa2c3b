using System.Globalization;
using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Prices;

/// <summary>Reads dated price sheets: what each machine costs an hour, on-demand and spot, who said so and when.</summary>
public static class PriceSheetFile
{
    /// <summary>Reads one sheet.</summary>
    /// <returns>One quote for the on-demand price and one for the spot price of each offering; a price that the sheet does not give has no quote, so it is
    /// not measured, never zero.</returns>
    /// <exception cref="BadInputException">The file is missing or has problems; all of them are named with their lines.</exception>
    public static PriceSheet Load(string path)
    {
        var problems = new ConfigProblems(path);
        return Read(YamlText.ReadFile(path, problems), problems);
    }

    /// <summary>Reads every "*.yaml" of a folder, sorted by file name; a missing folder has none.</summary>
    /// <exception cref="BadInputException">A sheet has problems.</exception>
    public static IReadOnlyList<PriceSheet> LoadAll(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal).Select(Load)]
        : [];

    /// <summary>Reads a sheet from nodes.</summary>
    internal static PriceSheet Read(YamlNode.Mapping root, ConfigProblems problems)
    {
        var sheet = new SectionReader(PriceSheetKeys.File, root, "", problems);
        var said = new Said(sheet.Read(PriceSheetKeys.Source), sheet.Read(PriceSheetKeys.Observed), sheet.ReadOrNull(PriceSheetKeys.ValidUntil),
            sheet.Read(PriceSheetKeys.Currency));
        var quotes = new List<PriceQuote>();
        switch (sheet.Find(PriceSheetKeys.Offerings))
        {
            case YamlNode.Sequence { Items.Count: > 0 } list:
                foreach (var item in list.Items)
                    quotes.AddRange(ReadOffering(item, said, problems));
                break;
            case { } other:
                sheet.Wrong(PriceSheetKeys.Offerings, other, "a list of offerings",
                    "Write '- { provider: ec2, type: c7i.large, zone: eu-central-1a, onDemandPerHour: 0.1 }'.");
                break;
        }
        foreach (var twice in quotes.GroupBy(q => q.Offering).Where(g => g.Count() > 1))
            problems.Add(root, "offerings", $"{twice.Key} {twice.Count()} times", "each offering once", "Remove the others.");
        var assumed = sheet.ReadOrNull(PriceSheetKeys.RealtimePerThousand);
        problems.ThrowIfAny();
        return new PriceSheet(quotes, assumed is { } price
            ? new RealtimeAssumption(new Money(price, said.Currency), $"{Path.GetFileName(problems.File)}: {said.Source}", said.Observed, said.Until)
            : null)
        { Name = Path.GetFileName(problems.File) };
    }

    private static List<PriceQuote> ReadOffering(YamlNode item, Said sheet, ConfigProblems problems)
    {
        var quotes = new List<PriceQuote>();
        if (item is not YamlNode.Mapping mapping)
        {
            problems.Add(item, "offerings[]", item.Describe(), "provider, type, zone and onDemandPerHour or spotPerHour", "See config/prices/.");
            return quotes;
        }
        var reader = new SectionReader(PriceSheetKeys.Offerings.Item, mapping, "offerings[]", problems);
        var (provider, machine, zone) = (reader.Read(PriceSheetKeys.Provider), reader.Read(PriceSheetKeys.Machine), reader.Read(PriceSheetKeys.Zone));
        var source = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(problems.File)}:{mapping.Line}: {sheet.Source}");
        AddQuote(PurchaseOption.OnDemand, reader.ReadOrNull(PriceSheetKeys.OnDemandPerHour));
        AddQuote(PurchaseOption.Spot, reader.ReadOrNull(PriceSheetKeys.SpotPerHour));
        return quotes;

        void AddQuote(PurchaseOption option, decimal? perHour)
        {
            if (perHour is { } price)
                quotes.Add(new PriceQuote(new Offering(provider, machine, zone, option), new Money(price, sheet.Currency), source, sheet.Observed,
                    sheet.Until));
        }
    }

    private sealed record Said(string Source, DateTimeOffset Observed, DateTimeOffset? Until, string Currency);
}
