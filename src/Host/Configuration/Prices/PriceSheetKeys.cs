using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Prices;

/// <summary>The keys of a price sheet.</summary>
internal static class PriceSheetKeys
{
    public static Key<string> Source { get; } = new("source", TextType.Any,
        "Who said so: a page, a file, an API, or 'assumption: ...'. Shown beside every amount.")
    {
        IsRequired = true,
        Wanted = "who said so: a page, a file or an API",
    };

    public static Key<DateTimeOffset> Observed { get; } = new("observed", DateType.Any,
        "When the prices were true. They count from this instant until a newer sheet.")
    {
        IsRequired = true,
        Wanted = "the date of the prices, such as 2026-11-01",
    };

    public static Key<DateTimeOffset> ValidUntil { get; } = new("validUntil", DateType.Any, "When the prices stop being true, exclusive.")
    {
        Otherwise = "until a newer sheet",
    };

    public static Key<string> Currency { get; } = new("currency", new TextType("an ISO 4217 code such as USD")
    {
        ProblemOf = text => MoneyText.IsCurrency(text) ? null : "",
        Pattern = "^[A-Z]{3}$",
    }, "ISO 4217 code of every price in the sheet.")
    { IsRequired = true };

    public static Key<string> Provider { get; } = new("provider", new TextType { Examples = ["local", "ec2", "azure", "kubernetes"] },
        "Who rents the machine out: local, ec2, azure or kubernetes.")
    {
        IsRequired = true,
        Wanted = "local, ec2, azure or kubernetes",
    };

    public static Key<string> Machine { get; } = new("type", TextType.Any, "The provider's name for the machine; this-machine for local.")
    {
        IsRequired = true,
        Wanted = "the provider's name for the machine",
    };

    public static Key<string> Zone { get; } = new("zone", TextType.Any,
        "A zone, a region (on-demand prices hold for all its zones), or '*' for every zone of the provider.")
    {
        IsRequired = true,
        Wanted = "the zone or region",
    };

    public static Key<decimal> OnDemandPerHour { get; } = new("onDemandPerHour", PriceType.Any, "One instance for one hour, on-demand.")
    {
        Otherwise = "no price, never zero",
    };

    public static Key<decimal> SpotPerHour { get; } = new("spotPerHour", PriceType.Any,
        "One instance for one hour, spot. The on-demand price is never used instead.")
    { Otherwise = "no price, never zero" };

    public static Key<decimal> RealtimePerThousand { get; } = new("realtimePerThousand", PriceType.Any,
        "What 1,000 real-time predictions are assumed to cost while none was measured; always shown as an assumption.")
    { Otherwise = "nothing is assumed" };

    public static ItemsKey Offerings { get; } = new("offerings", "The machines and their prices.",
        new SectionKey("", "One machine; at least one of its two prices is given.", Provider, Machine, Zone, OnDemandPerHour, SpotPerHour)
        {
            OneOf = [OnDemandPerHour.Name, SpotPerHour.Name],
        })
    {
        IsRequired = true,
        Wanted = "a list of offerings",
    };

    /// <summary>The whole file.</summary>
    public static SectionKey File { get; } = new("", "A dated list of prices: one file under config/prices. A price that no sheet gives is not measured, "
        + "never zero.", Source, Observed, ValidUntil, Currency, RealtimePerThousand, Offerings);
}
