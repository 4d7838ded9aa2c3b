using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Price sheets that cannot be read leave those read before in force, or nothing has a price: told, and no outage. Safe for many threads.</summary>
internal sealed class PriceReadiness(CurrentPrices prices) : IReadinessPart
{
    /// <inheritdoc/>
    public async Task<PartReadiness> LookAsync(CancellationToken ct)
    {
        try
        {
            return await prices.TroubleAsync(ct).ConfigureAwait(false) is { } trouble
                ? PartReadiness.Works($"The price sheets cannot be read: {trouble}") : PartReadiness.Works();
        }
        catch (StorageFailedException)
        {
            // The rows of earlier prices cannot be read: whoever needs the database says so.
            return PartReadiness.Works();
        }
    }
}
