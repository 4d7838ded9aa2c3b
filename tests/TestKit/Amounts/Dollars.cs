using BatchEngine.Domain;

namespace BatchEngine.TestKit.Amounts;

/// <summary>Amounts as tests write them.</summary>
public static class Dollars
{
    extension(Money)
    {
        /// <summary>US dollars.</summary>
        public static Money Usd(decimal amount) => new(amount, "USD");
    }
}
