namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>What slicing asks of registers that are narrower than a slot. Implementations are empty structs, so that every kernel is compiled for its own and
/// each member becomes an instruction or two.</summary>
/// <typeparam name="TVector">A register of bytes.</typeparam>
internal unsafe interface ISliceLanes<TVector>
    where TVector : struct
{
    /// <summary>Bytes of a register.</summary>
    static abstract int Bytes { get; }

    /// <summary>No bit.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Every bit.</summary>
    static abstract TVector AllBitsSet { get; }

    /// <summary>The same value in every byte.</summary>
    static abstract TVector Fill(byte value);

    /// <summary>Reads a register.</summary>
    static abstract TVector Load(byte* from);

    /// <summary>Writes a register.</summary>
    static abstract void Store(TVector value, byte* to);

    /// <summary>The bits that are in both.</summary>
    static abstract TVector And(TVector left, TVector right);

    /// <summary>The bits that are in either.</summary>
    static abstract TVector Or(TVector left, TVector right);

    /// <summary>Bit by bit yes where it was asked for, else no.</summary>
    static abstract TVector Select(TVector asked, TVector yes, TVector no);

    /// <summary>Spreads one bit a row over one byte a row: every bit of the byte, or none. Reads an eighth of a register.</summary>
    static abstract TVector BytesOfRows(byte* bits);

    /// <summary>Adds to 512 scores the leaf values at the numbers of their exits.</summary>
    static abstract void AddLeaves(float* leaves, byte* exits, float* scores);
}
