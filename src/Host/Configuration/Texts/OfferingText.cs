using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>What a machine is rented as, in one word: "ec2/c7a.xlarge/eu-west-1a/spot".</summary>
internal static class OfferingText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected = "provider/type/zone/purchase, such as ec2/c7a.xlarge/eu-west-1a/spot or local/this-machine/local/on-demand";

    /// <summary>Reads an option of the command line.</summary>
    /// <exception cref="BadInputException">It is none.</exception>
    public static Offering Read(string text, string place) => Offering.Parse(text) ?? throw new BadInputException(place, $"'{text}'", Expected,
        "Purchase is spot or on-demand; the first three are as in the price sheets.");
}
