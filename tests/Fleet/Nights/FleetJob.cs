using System.Globalization;

namespace BatchEngine.Fleet.Nights;

/// <summary>The job that the fleet runs again and again: sample customers, the shipped model, nothing taken over from the night before.</summary>
internal static class FleetJob
{
    /// <summary>The job.</summary>
    public const string Name = "night";

    /// <summary>What applications ask for.</summary>
    public const string ServingName = "churn";

    /// <summary>The output that look-ups compare.</summary>
    public const string Output = "churn_probability_1";

    /// <summary>Writes the job file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="input">Pattern of the input files, a path or a URI.</param>
    /// <param name="output">Where each run's Parquet goes; has {run} in it.</param>
    /// <param name="everySeconds">Between two nights; 0 schedules none.</param>
    /// <param name="workerMode">inProcess, or elsewhere for a run that waits for workers of other hosts.</param>
    public static void Write(string path, string input, string output, int everySeconds, string workerMode)
    {
        var root = Repository();
        var schedule = everySeconds == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $$"""
            schedule: { cron: "0/{{everySeconds}} * * * * ?", timeZone: UTC, misfire: runLatest, overlap: skip }

            """);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $$"""
            name: {{Name}}
            input: "{{input}}"
            key: customer_id
            carry: [country, plan]
            model: {{root}}/samples/customers/churn.onnx
            features: {{root}}/samples/customers/features.yaml
            output: "{{output}}"
            workers: 4
            workerMode: {{workerMode}}
            unitRows: 16384
            checkpointRows: 65536
            reuseUnchanged: false
            {{schedule}}quality:
              rejects: { maxRows: 5000, maxShare: 0.01 }
            serving: { name: {{ServingName}}, realtime: false }
            """);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BatchEngine.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository.");
    }
}
