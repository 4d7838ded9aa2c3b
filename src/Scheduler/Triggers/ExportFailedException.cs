using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>A run has ended well, but its output could not be copied to the job's folder. Starting the run again tries only that again.</summary>
public sealed class ExportFailedException(BatchEngineException cause) : BatchEngineException(cause.Message, isTransient: true, cause);
