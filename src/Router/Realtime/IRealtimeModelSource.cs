using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>Opens the model that a run scored with. Safe for many threads.</summary>
public interface IRealtimeModelSource
{
    /// <summary>Opens the run's model with the run's features; each call opens it anew.</summary>
    /// <param name="run">A published run.</param>
    /// <exception cref="BatchEngineException">The model cannot be had.</exception>
    Task<IRealtimeModel> LoadAsync(RunId run);
}
