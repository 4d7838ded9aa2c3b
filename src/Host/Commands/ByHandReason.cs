namespace BatchEngine.Host.Commands;

/// <summary>What stands for the reason when a person gives none.</summary>
internal static class ByHandReason
{
    public const string None = "no reason was given";
}
