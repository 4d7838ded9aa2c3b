namespace BatchEngine.Domain;

/// <summary>What a worker says of itself.</summary>
/// <param name="Name">A name that no other worker has at this time.</param>
/// <param name="Host">The machine, by the name it gives itself.</param>
/// <param name="Process">Its process in words that no other process ever has; null means that the system does not tell.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Format">The newest format of runs that it can work on (<see cref="RunTerms.CurrentFormat"/>).</param>
/// <param name="Processor">The processor's name, as the system tells it.</param>
/// <param name="VectorBits">The widest vectors that its kernels use.</param>
/// <param name="Cores">Cores that it may use.</param>
/// <param name="MemoryBytes">Memory that it may use.</param>
/// <param name="Offering">What it is rented as.</param>
public sealed record WorkerCard(string Name, string Host, string? Process, string Version, int Format, string Processor, int VectorBits, int Cores,
    long MemoryBytes, Offering Offering);
