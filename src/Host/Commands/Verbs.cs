using System.CommandLine;

namespace BatchEngine.Host.Commands;

/// <summary>The verbs of batchengine.</summary>
internal static class Verbs
{
    /// <summary>The whole command tree.</summary>
    public static RootCommand Build(GlobalOptions globals)
    {
        var root = new RootCommand("BatchEngine: scheduled batch scoring, published look-ups, and what they cost.");
        globals.AddTo(root);
        return root;
    }
}
