namespace BatchEngine.Host.Commands.Checks;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What was looked at, for example "database".</param>
/// <param name="IsWell">Whether it can be used.</param>
/// <param name="Finding">What was seen, and what to do when it is not well.</param>
internal sealed record DoctorCheck(string Name, bool IsWell, string Finding);
