namespace BatchEngine.Host.Sample;

/// <summary>What a number is drawn for; the values are part of the generator's rule and stay as they are.</summary>
internal enum CustomerField
{
    Deleted = 1,
    Changed = 2,
    MissingKey = 3,
    InfiniteRevenue = 4,
    Signup = 5,
    Country = 6,
    Plan = 7,
    IsBusiness = 8,
    Domain = 9,
    Age = 10,
    AgeMissing = 11,
    Activity = 12,
    Engagement = 13,
    Orders = 14,
    Basket = 15,
    BasketTail = 16,
    Discount = 17,
    Tickets = 18,
    TicketBase = 19,
    LastOrder = 20,
    NeverOrdered = 21,
    Balance = 22,
}
