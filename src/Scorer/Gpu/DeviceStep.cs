using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Gpu;

/// <summary>Arithmetic on one value before it is ranked, each one a single IEEE operation, so that a device gives the processor's bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceStep
{
    /// <summary>x + constant.</summary>
    public const int Add = 0;

    /// <summary>x - constant.</summary>
    public const int Subtract = 1;

    /// <summary>constant - x.</summary>
    public const int SubtractFrom = 2;

    /// <summary>x * constant.</summary>
    public const int Multiply = 3;

    /// <summary>x / constant.</summary>
    public const int Divide = 4;

    /// <summary>The constant for a missing value.</summary>
    public const int ImputeMissing = 5;

    /// <summary>The constant for the value it replaces.</summary>
    public const int ImputeValue = 6;

    /// <summary>One of the above.</summary>
    public int Kind;

    /// <summary>The constant.</summary>
    public float Constant;

    /// <summary>What <see cref="ImputeValue"/> replaces.</summary>
    public float Replaced;
}
