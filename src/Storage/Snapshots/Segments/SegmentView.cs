namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Where the parts of a mapped segment lie; valid only while the segment is open.</summary>
internal readonly unsafe struct SegmentView(byte* tags, byte* slots, byte* heap, long homeSlots)
{
    /// <summary>The tags, one a slot.</summary>
    public readonly byte* Tags = tags;

    /// <summary>The first of the slots.</summary>
    public readonly byte* Slots = slots;

    /// <summary>The bytes of text keys.</summary>
    public readonly byte* Heap = heap;

    /// <summary>Slots that a hash can call its own.</summary>
    public readonly long HomeSlots = homeSlots;
}
