using BatchEngine.Domain;

namespace BatchEngine.Host.Sample;

/// <summary>What sample to write.</summary>
/// <param name="Directory">Gets one folder a day, named yyyy-MM-dd.</param>
/// <param name="Customers">Customers on the first day; 200 to 1,000,000,000.</param>
/// <param name="Days">Days, 1 to <see cref="CustomerGenerator.MaxDays"/>.</param>
/// <param name="Seed">Another seed gives other customers.</param>
/// <param name="FirstDay">The date of the first day.</param>
public sealed record SampleRequest(string Directory, long Customers, int Days, ulong Seed, DateOnly FirstDay)
{
    /// <summary>The default of <see cref="Customers"/>.</summary>
    public const long DefaultCustomers = 1_000_000;

    /// <summary>The default of <see cref="Days"/>.</summary>
    public const int DefaultDays = 2;

    /// <summary>The default of <see cref="Seed"/>: the shipped model was trained on customers of another seed.</summary>
    public const ulong DefaultSeed = 7;

    /// <summary>The default of <see cref="FirstDay"/>.</summary>
    public static DateOnly DefaultFirstDay { get; } = new(2026, 11, 1);

    /// <summary>Checks the limits.</summary>
    /// <exception cref="BadInputException">A number is out of its limits.</exception>
    public SampleRequest Validated() => this switch
    {
        { Customers: < CustomerGenerator.NewOneIn or > 1_000_000_000 } =>
            throw new BadInputException("--rows", $"{Customers}", $"{CustomerGenerator.NewOneIn} to 1000000000", "Ask for another number of rows."),
        { Days: < 1 or > CustomerGenerator.MaxDays } =>
            throw new BadInputException("--days", $"{Days}", $"1 to {CustomerGenerator.MaxDays}", "Ask for another number of days."),
        _ => this,
    };
}
