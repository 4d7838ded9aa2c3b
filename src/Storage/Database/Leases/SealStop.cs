namespace BatchEngine.Storage.Database.Leases;

/// <summary>What a sealer found that stops the run.</summary>
/// <param name="Reason">What happened, and what to do.</param>
/// <param name="StopsAgain">Whether a resume would find the same again, whatever is mended outside.</param>
public sealed record SealStop(string Reason, bool StopsAgain);
