using System.Reflection;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Domain;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Adapters;

/// <summary>What workers of this process say of themselves.</summary>
internal static class ThisMachine
{
    private static readonly Lazy<string> s_processor = new(ProcessorFacts.Name);

    /// <summary>This program's version.</summary>
    public static string Version { get; } = typeof(ThisMachine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        .Split('+')[0] ?? "unknown";

    /// <summary>The card of a worker.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="process">This process, as others may recognise it.</param>
    /// <param name="offering">What it is rented as.</param>
    /// <param name="memoryLimit">The most memory that it may hold; 0 means what the machine has.</param>
    public static WorkerCard Card(string worker, string? process, Offering offering, long memoryLimit) => new(worker, Environment.MachineName, process, Version,
        RunTerms.CurrentFormat, s_processor.Value, Avx512BW.IsSupported ? 512 : Avx2.IsSupported ? 256 : 128, Environment.ProcessorCount,
        memoryLimit > 0 ? memoryLimit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, offering);
}
