namespace BatchEngine.Scheduler.Tests;

/// <summary>Stands for a process that dies here: no code of ours catches it.</summary>
internal sealed class SimulatedCrash(string where) : Exception($"crashed at {where}");
