namespace BatchEngine.Scorer.Execution;

/// <summary>A device that ILGPU finds on this machine.</summary>
/// <param name="Kind">"cuda", "opencl" or "cpu".</param>
/// <param name="Id">Counted from 0 within its kind; what <see cref="ExecutorOptions.DeviceId"/> takes for CUDA.</param>
/// <param name="Name">Its own name.</param>
/// <param name="MemoryBytes">Its memory; 0 for the CPU accelerator, which has no own.</param>
/// <param name="Multiprocessors">How many it has.</param>
/// <param name="IsUsed">Whether models can run on it.</param>
public sealed record DeviceInfo(string Kind, int Id, string Name, long MemoryBytes, int Multiprocessors, bool IsUsed);
