namespace BatchEngine.Host.Sample;

/// <summary>The rows of one row group, column by column, in the order of CustomerFiles.Columns. Not thread-safe.</summary>
internal sealed class CustomerColumns(int capacity)
{
    private readonly long?[] _customerId = new long?[capacity];
    private readonly DateTime[] _signupDate = new DateTime[capacity];
    private readonly DateTime?[] _lastOrderAt = new DateTime?[capacity];
    private readonly string[] _country = new string[capacity];
    private readonly string[] _plan = new string[capacity];
    private readonly long?[] _age = new long?[capacity];
    private readonly long[] _orders = new long[capacity];
    private readonly double[] _revenue = new double[capacity];
    private readonly float?[] _basket = new float?[capacity];
    private readonly long[] _tickets = new long[capacity];
    private readonly float[] _discount = new float[capacity];
    private readonly bool[] _isBusiness = new bool[capacity];
    private readonly double[] _balance = new double[capacity];
    private readonly string[] _domain = new string[capacity];
    private readonly long[] _visits = new long[capacity];

    /// <summary>Rows filled.</summary>
    public int Rows { get; private set; }

    /// <summary>Fills in the customers of the range that exist on the day.</summary>
    public CustomerCounts Fill(CustomerGenerator generator, long from, long to, int dayIndex)
    {
        var counts = default(CustomerCounts);
        Rows = 0;
        for (var id = from; id <= to; id++)
        {
            var existed = dayIndex > 0 && generator.Exists(id, dayIndex - 1);
            if (!generator.Exists(id, dayIndex))
            {
                counts += new CustomerCounts(0, 0, 0, existed ? 1 : 0, 0);
                continue;
            }
            var row = generator.Row(id, dayIndex);
            var isBad = row.CustomerId is null || double.IsInfinity(row.Revenue90Days);
            var isChanged = existed && generator.VersionOn(id, dayIndex) == dayIndex;
            counts += new CustomerCounts(1, isChanged ? 1 : 0, dayIndex > 0 && !existed ? 1 : 0, 0, isBad ? 1 : 0);
            Set(Rows++, row);
        }
        return counts;
    }

    /// <summary>One array per column, cut to the rows.</summary>
    public IReadOnlyList<Array> Arrays() =>
    [
        Cut(_customerId), Cut(_signupDate), Cut(_lastOrderAt), Cut(_country), Cut(_plan), Cut(_age), Cut(_orders), Cut(_revenue),
        Cut(_basket), Cut(_tickets), Cut(_discount), Cut(_isBusiness), Cut(_balance), Cut(_domain), Cut(_visits),
    ];

    private void Set(int at, in CustomerRow row)
    {
        _customerId[at] = row.CustomerId;
        _signupDate[at] = row.SignupDate.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        _lastOrderAt[at] = row.LastOrderAt?.UtcDateTime;
        _country[at] = row.Country;
        _plan[at] = row.Plan;
        _age[at] = row.Age;
        _orders[at] = row.Orders90Days;
        _revenue[at] = row.Revenue90Days;
        _basket[at] = row.AverageBasket;
        _tickets[at] = row.SupportTickets;
        _discount[at] = row.DiscountShare;
        _isBusiness[at] = row.IsBusiness;
        _balance[at] = (double)row.Balance;
        _domain[at] = row.EmailDomain;
        _visits[at] = row.Visits30Days;
    }

    private T[] Cut<T>(T[] values) => Rows == values.Length ? values : values[..Rows];
}
