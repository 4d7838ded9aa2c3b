using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace BatchEngine.Scorer.Measuring;

/// <summary>This machine's processor in words, to stand beside figures.</summary>
public static class ProcessorFacts
{
    /// <summary>The widest vectors that the kernels use.</summary>
    public static string Vectors => Avx512BW.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "128 bits";

    /// <summary>The name that the system tells; where it tells none, the architecture.</summary>
    public static string Name()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts) ? File.ReadLines(facts).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
