using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>A node below the exits of a large tree, in eight bytes; its two children stand side by side, and a leaf leads to itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TailNode
{
    /// <summary>"Yes" from this <see cref="FloatKey"/> on; of a leaf the bits of its value, or its number when it has several values.</summary>
    public int Threshold;

    /// <summary>Where the value asked for stands among the sixteen-row lines of a <see cref="TailCells"/>, in units of eight bytes.</summary>
    public ushort Cell;

    /// <summary>Nodes from here to the child after no; the one after yes follows it. 0 for a leaf.</summary>
    public short Step;
}
