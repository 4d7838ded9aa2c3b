using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>A node for walking without branches: a leaf leads to itself, so that a walk may go on too long.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WalkNode
{
    /// <summary>"Yes" from this value on; of a leaf its value, or the bits of its number when it has several.</summary>
    public float Threshold;

    /// <summary>The feature; the highest bit says that a missing value answers yes.</summary>
    public uint Feature;

    /// <summary>The node after no.</summary>
    public int No;

    /// <summary>The node after yes.</summary>
    public int Yes;

    /// <summary>The bit of <see cref="Feature"/> for missing values.</summary>
    public const uint MissingIsYes = 0x8000_0000;
}
