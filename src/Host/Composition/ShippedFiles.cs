using BatchEngine.Host.Configuration;

namespace BatchEngine.Host.Composition;

/// <summary>Files that come with the program: price sheets, the sample model, the demo's job.</summary>
internal static class ShippedFiles
{
    /// <summary>The configured folder of price sheets, or the shipped one when there is no such folder.</summary>
    public static string PricesDirectory(EngineConfiguration configuration) =>
        Directory.Exists(configuration.PricesDirectory) ? configuration.PricesDirectory : PathOf("config/prices");

    /// <summary>The full path of a shipped file or folder.</summary>
    /// <param name="relative">As it lies in the repository, with forward slashes.</param>
    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, relative));
}
