using BatchEngine.Domain;

namespace BatchEngine.Host.Composition;

/// <summary>Looks, before anything is scored, whether a job's output can be written where it is to go.</summary>
internal static class OutputProbe
{
    /// <summary>Makes the folder above the output, and makes and removes one beside it. An output that is there already is left alone.</summary>
    /// <exception cref="BadInputException">It cannot be made; path and reason are named.</exception>
    public static void Require(ScoringJob job, RunId run)
    {
        var target = OutputExport.TargetOf(job, run);
        if (Directory.Exists(target))
            return;
        var probe = target + ".probe";
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            if (File.Exists(target))
                throw new IOException("a file has that name");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"job {job.Name}, output", $"{target}, which cannot be made ({problem.Message})", "a folder that this user can make",
                "Nothing was scored. Mend the path or the permissions, then repeat the command.", problem);
        }
    }
}
