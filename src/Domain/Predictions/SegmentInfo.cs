namespace BatchEngine.Domain;

/// <summary>One sealed partition of a snapshot.</summary>
/// <param name="Partition">The partition, counted from 0.</param>
/// <param name="Artifact">The blob.</param>
/// <param name="Keys">Distinct keys in it.</param>
public sealed record SegmentInfo(int Partition, Artifact Artifact, long Keys)
{
    /// <summary>Nights that kept it since its bytes were last read whole; 0 when they were read, or written, for this snapshot.</summary>
    public int UnverifiedNights { get; init; }
}
