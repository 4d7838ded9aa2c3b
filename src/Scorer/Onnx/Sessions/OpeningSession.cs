using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx.Sessions;

/// <summary>A session of ONNX Runtime on the processor that another thread opens while this one goes on. Thread-safe; disposing it waits for the other thread
/// and closes the session, unless somebody took it over.</summary>
internal sealed class OpeningSession : IDisposable
{
    private readonly SessionModel _model;
    private readonly ExecutorOptions _options;
    private readonly Lock _gate = new();
    private readonly Task<InferenceSession> _work;
    private bool _isTaken;

    /// <summary>Begins to open the session on another thread.</summary>
    /// <param name="model">A model that was found sound: the runtime does not check everything.</param>
    /// <param name="options">How to run it.</param>
    public OpeningSession(SessionModel model, ExecutorOptions options)
    {
        (_model, _options) = (model, options);
        _work = Task.Run(() => OnnxSession.Open(model, options));
    }

    /// <summary>The session, still owned by this; waits for it.</summary>
    /// <exception cref="BadInputException">The file is no model.</exception>
    public InferenceSession Session => _work.GetAwaiter().GetResult();

    /// <summary>A session that the caller owns: this one, or another when it was taken before.</summary>
    /// <exception cref="BadInputException">The file is no model.</exception>
    public InferenceSession Take()
    {
        lock (_gate)
        {
            if (!_isTaken)
            {
                var session = Session;
                _isTaken = true;
                return session;
            }
        }
        return OnnxSession.Open(_model, _options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever wanted the session has been told why there is none.
        Task.WhenAny(_work).GetAwaiter().GetResult();
        if (!_isTaken && _work.IsCompletedSuccessfully)
            _work.Result.Dispose();
    }
}
