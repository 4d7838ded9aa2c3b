namespace BatchEngine.Domain;

/// <summary>What a file means that lacks a column which other files of the input have.</summary>
public enum MissingColumnPolicy
{
    /// <summary>The input is refused with an error that names the file and the column. The default.</summary>
    Refuse,

    /// <summary>The column is missing in all of the file's rows. The key column is refused all the same, and so is a column that no file has.</summary>
    Null,
}
