namespace BatchEngine.Benchmarks.Opening;

/// <summary>What one part of opening a model took once. Immutable.</summary>
/// <param name="Part">The part.</param>
/// <param name="IsCold">The first time in its process.</param>
/// <param name="Milliseconds">By the wall.</param>
/// <param name="CpuMilliseconds">Of all threads of the process.</param>
/// <param name="ManagedBytes">Allocated by the garbage collector.</param>
public sealed record OpeningFigure(string Part, bool IsCold, double Milliseconds, double CpuMilliseconds, long ManagedBytes);
