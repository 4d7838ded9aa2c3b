using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>A model in memory that scores single rows. Safe for many threads; disposed once nobody scores with it any more.</summary>
public interface IRealtimeModel : IDisposable
{
    /// <summary>One column per output.</summary>
    IReadOnlyList<OutputColumn> Outputs { get; }

    /// <summary>Scores one row.</summary>
    /// <param name="features">By source column.</param>
    /// <exception cref="BadInputException">The features cannot be used.</exception>
    Prediction Score(IReadOnlyDictionary<string, object?> features);
}
