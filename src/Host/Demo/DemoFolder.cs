using BatchEngine.Domain;

namespace BatchEngine.Host.Demo;

/// <summary>The folder that a demo owns.</summary>
/// <param name="Root">Its full path.</param>
internal sealed record DemoFolder(string Root)
{
    private const string Mark = ".batchengine-demo";

    /// <summary>The generated customers, one folder a day.</summary>
    public string Customers => Path.Combine(Root, "customers");

    /// <summary>Database and blobs.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>The scored Parquet, one folder a run.</summary>
    public string Output => Path.Combine(Root, "output");

    /// <summary>Takes the folder: creates it, or empties one that an earlier demo made. Never touches a folder that holds anything else.</summary>
    /// <exception cref="BadInputException">The folder holds something that no demo wrote.</exception>
    public static DemoFolder Take(string path)
    {
        var folder = new DemoFolder(Path.GetFullPath(path));
        if (Directory.Exists(folder.Root) && Directory.EnumerateFileSystemEntries(folder.Root).Any() && !File.Exists(Path.Combine(folder.Root, Mark)))
            throw new BadInputException("--out", folder.Root, "an empty folder, or one of an earlier demo",
                "Choose another with --out DIR, or empty it yourself.");
        Directory.CreateDirectory(folder.Root);
        File.WriteAllText(Path.Combine(folder.Root, Mark), "Written by: batchengine demo. It replaces customers, data and output here.\n");
        foreach (var part in (string[])[folder.Customers, folder.Data, folder.Output])
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
        }

        return folder;
    }
}
