namespace BatchEngine.Host.Sample;

/// <summary>One customer on one day, as the sample files hold it.</summary>
/// <param name="CustomerId">The key, from 1; null in a planted bad row.</param>
/// <param name="SignupDate">The day of signing up.</param>
/// <param name="LastOrderAt">The last order, UTC, whole seconds; null means never.</param>
/// <param name="Country">ISO 3166 code, one of <see cref="CustomerWords.Countries"/>.</param>
/// <param name="Plan">One of <see cref="CustomerWords.Plans"/>.</param>
/// <param name="Age">Years; null means that the customer did not say.</param>
/// <param name="Orders90Days">Orders in the last 90 days.</param>
/// <param name="Revenue90Days">Their value in dollars; infinite in a planted bad row.</param>
/// <param name="AverageBasket">Dollars an order; null without orders.</param>
/// <param name="SupportTickets">Tickets in the last 90 days.</param>
/// <param name="DiscountShare">Share of the list price given away, 0 to 1.</param>
/// <param name="IsBusiness">Whether it is a company.</param>
/// <param name="Balance">The account's balance in dollars.</param>
/// <param name="EmailDomain">One of 4,000 domains.</param>
/// <param name="Visits30Days">Visits in the last 30 days.</param>
public readonly record struct CustomerRow(
    long? CustomerId,
    DateOnly SignupDate,
    DateTimeOffset? LastOrderAt,
    string Country,
    string Plan,
    int? Age,
    int Orders90Days,
    double Revenue90Days,
    float? AverageBasket,
    int SupportTickets,
    float DiscountShare,
    bool IsBusiness,
    decimal Balance,
    string EmailDomain,
    int Visits30Days);
