namespace BatchEngine.Host.Sample;

/// <summary>
/// Makes the sample's customers: every value is a hash of seed, customer, field and version, so any row of any day is computed alone, in any order, on any
/// machine.
/// Immutable, thread-safe.
/// </summary>
/// <remarks>
/// Only additions, multiplications and rounding down are used, in a fixed order, so that samples/customers/train.py computes the very same rows; a test
/// compares the two.
/// From the second day on a share of the customers changed overnight; a changed customer's discounts and age drift as <see cref="PlantedDrift"/> says.
/// </remarks>
/// <param name="seed">Another seed gives other customers.</param>
/// <param name="customers">Customers alive on the first day, before deletions.</param>
/// <param name="firstDay">The date of day 0.</param>
public sealed class CustomerGenerator(ulong seed, long customers, DateOnly firstDay)
{
    /// <summary>The share of customers that change on each day after the first.</summary>
    public const double ChangedShare = 0.15;

    /// <summary>The share of customers that leave on each day after the first.</summary>
    public const double DeletedShare = 0.004;

    /// <summary>One customer in this number comes new on each day after the first.</summary>
    public const long NewOneIn = 200;

    /// <summary>One row in this number has no key.</summary>
    public const double MissingKeyShare = 1.0 / 40_000;

    /// <summary>One row in this number has an infinite revenue.</summary>
    public const double InfiniteRevenueShare = 1.0 / 60_000;

    /// <summary>The most days that can be generated.</summary>
    public const int MaxDays = 366;

    private static readonly int EpochDayNumber = new DateOnly(1970, 1, 1).DayNumber;
    private readonly int _firstDay = firstDay.DayNumber - EpochDayNumber;

    /// <summary>What differs on purpose from the second day on, for the person who looks at the drift report.</summary>
    public static string PlantedDrift { get; } =
        "from day two on, changed customers get discount_share 0.55 to 0.95 (day one: below 0.45), and three in four of them lose their age";

    /// <summary>Customers that come new on each day after the first.</summary>
    public long NewADay => customers / NewOneIn;

    /// <summary>The largest customer id that exists on a day, counted from 0.</summary>
    public long LastId(int dayIndex) => customers + (dayIndex * NewADay);

    /// <summary>Whether a customer exists on a day: born, and not deleted yet.</summary>
    public bool Exists(long id, int dayIndex)
    {
        var born = BornOn(id);
        if (born > dayIndex || id < 1)
            return false;
        for (var day = born + 1; day <= dayIndex; day++)
        {
            if (Draw(id, CustomerField.Deleted, day) < DeletedShare)
                return false;
        }
        return true;
    }

    /// <summary>The day on which the customer last changed, 0 for never since the first day.</summary>
    public int VersionOn(long id, int dayIndex)
    {
        for (var day = dayIndex; day > 0; day--)
        {
            if (Draw(id, CustomerField.Changed, day) < ChangedShare)
                return day;
        }
        return 0;
    }

    /// <summary>The row of an existing customer on a day, planted faults included.</summary>
    public CustomerRow Row(long id, int dayIndex)
    {
        var version = VersionOn(id, dayIndex);
        var isBusiness = Draw(id, CustomerField.IsBusiness, 0) < 0.18;
        var engagement = (0.65 * Draw(id, CustomerField.Activity, 0)) + (0.35 * Draw(id, CustomerField.Engagement, version));
        var orders = (int)(14.0 * engagement * engagement * (0.4 + (0.6 * Draw(id, CustomerField.Orders, version))));
        var basket = Basket(id, version);
        var discount = Discount(id, version);
        var signup = _firstDay + Signup(id);
        return new CustomerRow(
            Draw(id, CustomerField.MissingKey, dayIndex) < MissingKeyShare ? null : id,
            DateOnly.FromDayNumber(EpochDayNumber + signup),
            LastOrder(id, version, orders, signup),
            CustomerWords.Countries[Choose(CustomerWords.CountryLimits, Draw(id, CustomerField.Country, 0))],
            CustomerWords.Plans[Choose(CustomerWords.PlanLimits, isBusiness ? 0.35 + (0.65 * Draw(id, CustomerField.Plan, 0))
                : Draw(id, CustomerField.Plan, 0))],
            Age(id, version),
            orders,
            Draw(id, CustomerField.InfiniteRevenue, dayIndex) < InfiniteRevenueShare ? double.PositiveInfinity
                : Math.Floor(orders * basket * (1.0 - discount) * 100.0) / 100.0,
            orders > 0 ? (float)basket : null,
            (int)(6.0 * Power5(Draw(id, CustomerField.Tickets, version)) + (0.8 * Draw(id, CustomerField.TicketBase, 0))),
            (float)discount,
            isBusiness,
            (decimal)Math.Floor((isBusiness ? 200_000.0 : 20_000.0) * (Draw(id, CustomerField.Balance, version) - 0.25)) / 100m,
            CustomerWords.Domains[Domain(id)],
            (int)(70.0 * engagement * engagement * engagement));
    }

    /// <summary>Day of birth: 0 for the first customers, then <see cref="NewADay"/> a day.</summary>
    private int BornOn(long id) => id <= customers ? 0 : (int)((id - customers + NewADay - 1) / NewADay);

    private int Signup(long id)
    {
        var u = Draw(id, CustomerField.Signup, 0);
        return BornOn(id) is > 0 and var born ? born - (int)(3.0 * u) : -30 - (int)(2600.0 * u * u);
    }

    private double Basket(long id, int version)
    {
        var tail = Draw(id, CustomerField.BasketTail, version);
        var fourth = tail * tail * tail * tail;
        return Math.Floor((10.0 + (25.0 * Draw(id, CustomerField.Basket, 0)) + (400.0 * fourth * fourth)) * 100.0) / 100.0;
    }

    private double Discount(long id, int version)
    {
        var u = Draw(id, CustomerField.Discount, version);
        return version > 0 ? Math.Floor(550.0 + (400.0 * u)) / 1000.0 : Math.Floor(450.0 * u * u) / 1000.0;
    }

    private int? Age(long id, int version)
    {
        var u = Draw(id, CustomerField.Age, 0);
        var missingShare = version > 0 ? 0.75 : 0.08;
        return Draw(id, CustomerField.AgeMissing, version) < missingShare ? null : 18 + (int)(60.0 * u * (0.4 + (0.6 * u)));
    }

    private DateTimeOffset? LastOrder(long id, int version, int orders, int signup)
    {
        if (orders == 0 && Draw(id, CustomerField.NeverOrdered, 0) < 0.15)
            return null;
        var u = Draw(id, CustomerField.LastOrder, version);
        var secondsAgo = orders > 0 ? (long)(90.0 * 86_400.0 * u / (1.0 + orders)) : (long)((90.0 + (500.0 * u)) * 86_400.0);
        var seconds = Math.Max(((long)(_firstDay + version) * 86_400) - secondsAgo, (long)signup * 86_400);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private int Domain(long id)
    {
        var u = Draw(id, CustomerField.Domain, 0);
        return (int)(CustomerWords.DomainCount * (u * u * u));
    }

    private static double Power5(double u) => u * u * u * u * u;

    private static int Choose(double[] limits, double u)
    {
        var index = 0;
        while (u >= limits[index] && index < limits.Length - 1)
            index++;
        return index;
    }

    /// <summary>A number in [0, 1) that depends on nothing but its arguments and the seed.</summary>
    private double Draw(long id, CustomerField field, int version) =>
        (Mix(Mix(((ulong)id * 0x9E3779B97F4A7C15UL) + seed) + ((((ulong)field * 65_536UL) + (ulong)version + 1UL) * 0xD1342543DE82EF95UL)) >> 11)
            * (1.0 / (1UL << 53));

    /// <summary>Spreads every bit over all bits: two rounds of shift, xor and multiply.</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
