namespace BatchEngine.Domain;

/// <summary>What a column is read for. One column of a file may be read for several.</summary>
public enum ColumnUse
{
    /// <summary>To compute with: numbers as numbers, whatever they are stored as.</summary>
    Feature,

    /// <summary>To be copied: the values exactly as they are stored.</summary>
    Carried,

    /// <summary>To name predictions: whole numbers, or the text of the value.</summary>
    Key,
}
