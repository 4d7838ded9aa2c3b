namespace BatchEngine.Domain;

/// <summary>One sealed partition of a snapshot.</summary>
/// <param name="Partition">The partition, counted from 0.</param>
/// <param name="Artifact">The blob.</param>
/// <param name="Keys">Distinct keys in it.</param>
public sealed record SegmentInfo(int Partition, Artifact Artifact, long Keys);
