using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>The buffers of one slicing worker, in aligned native memory. Not thread-safe.</summary>
internal sealed unsafe class SliceScratch : IDisposable
{
    /// <summary>Bytes of one plane's ranks: eight bits a row, bit by bit.</summary>
    public const int PlaneBytes = 8 * SlicePlan.SlotBytes;

    private readonly AlignedBuffer<byte> _bits;
    private readonly AlignedBuffer<byte> _missing;
    private readonly AlignedBuffer<byte> _slots;
    private readonly AlignedBuffer<byte> _steps;
    private readonly AlignedBuffer<float> _scores;
    private readonly AlignedBuffer<byte> _exits;
    private readonly AlignedBuffer<float> _pad;

    public SliceScratch(SlicePlan plan, int targets)
    {
        _bits = new AlignedBuffer<byte>(Math.Max(1, plan.Planes.Length) * PlaneBytes);
        _missing = new AlignedBuffer<byte>(Math.Max(1, plan.Planes.Length) * SlicePlan.SlotBytes);
        _slots = new AlignedBuffer<byte>(Math.Max(2, plan.Slots) * SlicePlan.SlotBytes);
        _steps = new AlignedBuffer<byte>(40 * SlicePlan.SlotBytes);
        _scores = new AlignedBuffer<float>(targets * SlicePlan.BlockRows);
        _exits = new AlignedBuffer<byte>(SlicePlan.BlockRows);
        _pad = new AlignedBuffer<float>(SlicePlan.BlockRows);
        _slots.Slice(SlicePlan.One * SlicePlan.SlotBytes, SlicePlan.SlotBytes).Fill(0xFF);
    }

    /// <summary>The ranks of all planes, bit by bit.</summary>
    public byte* Bits => (byte*)_bits.Address(0);

    /// <summary>Which rows miss the plane's feature.</summary>
    public byte* Missing => (byte*)_missing.Address(0);

    /// <summary>All slots of the group at hand.</summary>
    public byte* Slots => (byte*)_slots.Address(0);

    /// <summary>"At least 0..16" of the upper four bits, then "at least 0..15" of the lower four, 64 bytes each.</summary>
    public byte* Steps => (byte*)_steps.Address(0);

    /// <summary>The scores of the block, target by target.</summary>
    public float* Scores => (float*)_scores.Address(0);

    /// <summary>The exits' numbers of the tree at hand.</summary>
    public byte* Exits => (byte*)_exits.Address(0);

    /// <summary>A column's last rows, filled up to a block.</summary>
    public float* Pad => (float*)_pad.Address(0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bits.Dispose();
        _missing.Dispose();
        _slots.Dispose();
        _steps.Dispose();
        _scores.Dispose();
        _exits.Dispose();
        _pad.Dispose();
    }
}
