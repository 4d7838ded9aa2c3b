using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Names a row, counted over the whole manifest, the way a person finds it. Pure.</summary>
public static class ManifestRows
{
    /// <summary>"file, row group g, row r": row group and row counted from 0 within the file and the row group.</summary>
    /// <exception cref="InvariantBrokenException">The manifest has no such row.</exception>
    public static string Locate(InputManifest manifest, long rowNumber)
    {
        var left = rowNumber;
        foreach (var file in manifest.Files)
        {
            for (var group = 0; group < file.RowGroups.Count; group++)
            {
                var rows = file.RowGroups[group].Rows;
                if (left >= 0 && left < rows)
                    return string.Create(CultureInfo.InvariantCulture, $"{file.Path}, row group {group}, row {left}");
                left -= rows;
            }
        }
        throw new InvariantBrokenException("a row number lies within the manifest",
            string.Create(CultureInfo.InvariantCulture, $"row {rowNumber} of {manifest.Rows}"));
    }
}
