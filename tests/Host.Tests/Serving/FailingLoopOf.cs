namespace BatchEngine.Host.Tests.Serving;

/// <summary>What ends a planted loop; null means that it just returns.</summary>
internal sealed record FailingLoopOf(Exception? Failure);
