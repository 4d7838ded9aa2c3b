using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>The errors that input files can give, each with what was seen, what was expected and what to do.</summary>
internal static class InputProblems
{
    private const int MaxNamesShown = 5;
    private const string MessagePrefix = "(message: '";

    /// <summary>The native reader's words for a page whose checksum is wrong.</summary>
    private const string ChecksumFailed = "CRC checksum verification failed";

    public static BadInputException Unreadable(string place, InputColumn column) => new(place, column.PhysicalType,
        "a flat column; for a feature one of numbers, bool, text, date, timestamp or decimal, or of lists of numbers",
        "Lists and other nested columns are not read (lists of 32 and 64-bit numbers only as features), and bytes of fixed length and "
            + "times of day only to be carried or as a key: "
            + "flatten or cast it where the file is written, or leave it out.");

    public static BadInputException ColumnMissing(string path, string name, IReadOnlyList<InputColumn> columns) => new(path, $"no column '{name}'",
        $"a column of that name; the nearest are {Nearest(name, columns.Select(c => c.Name))}",
        "Names are compared letter by letter: mend the name in the job or the features, or write the column into the file.");

    public static BadInputException ColumnAbsent(string path, string name, IReadOnlyList<InputColumn> columns) => new(path, $"no column '{name}'",
        $"a column of that name, as in other files of the input; the nearest are {Nearest(name, columns.Select(c => c.Name))}",
        "Write the column into the file, or say that it is missing in all of its rows: missingColumns: null in the job, --missing-columns null for score.")
    {
        IsFaultOfData = true,
    };

    public static BadInputException PartitionAbsent(string path, string name) => new(path, $"no folder '{name}=...' above it",
        $"a value of column '{name}' in the path, as other files of the input have one",
        "Move the file into such a folder, or say that the column is missing in all of its rows: missingColumns: null in the job, --missing-columns null for "
        + "score.")
    { IsFaultOfData = true };

    public static BadInputException DecimalsDiffer(string name, InputColumn column) => new($"column '{name}'", column.PhysicalType,
        "decimals in all files, because the column is copied to the output and a decimal is not exact as a double",
        "Write the column with one type in all files, or leave it out of key and carried columns.")
    { IsFaultOfData = true };

    public static BadInputException NotExact(string place, long value) => new(place, $"the whole number {value}",
        "a number that is exact as a double, because other files have the column as fractions",
            "Write the column with one type in all files.")
    { IsFaultOfData = true };

    public static BadInputException KindDiffers(string path, InputColumn seen, InputColumn expected, string firstPath) => new(path,
        $"column '{seen.Name}' of kind {seen.Kind} ({seen.PhysicalType})", $"kind {expected.Kind} ({expected.PhysicalType}), as in {firstPath}",
        "All files of one input need the same kind of a column: rewrite one of them, or give them to separate jobs.")
    { IsFaultOfData = true };

    public static BadInputException TypeDiffers(string place, InputColumn seen, InputColumn expected, string firstPath) => new(place,
        $"type {seen.PhysicalType}", $"type {expected.PhysicalType}, as in {firstPath}",
        "Keys need one text in all files, and a carried column comes out as it went in, so all files need one type of it: rewrite one of them, or do not carry "
            + "the column.")
    { IsFaultOfData = true };

    public static BadInputException Duplicate(string path, string name) =>
        new(path, $"two columns named '{name}'", "one column of that name", "Rename one of them where the file is written.") { IsFaultOfData = true };

    public static BadInputException NotThere(string path) =>
        new(path, "no file", "a Parquet file", "Check the path; files must stay in place until the run has ended.");

    public static BadInputException Empty(string path) => new(path, "an empty file (0 bytes)", "a Parquet file",
        "The writer probably failed before its first byte: write the file again, or take it out of the input.")
    { IsFaultOfData = true };

    public static BadInputException Truncated(string path, string seen) => new(path, seen, "a Parquet file that ends in its footer and 'PAR1'",
        "The file was cut off, or is still being written: write or copy it again, under a temporary name until it is complete.")
    { IsFaultOfData = true };

    public static BadInputException NotParquet(string path, string seen) => new(path, seen, "a Parquet file, which begins and ends with 'PAR1'",
        "Convert it to Parquet, or narrow the pattern so that it leaves this file out.")
    { IsFaultOfData = true };

    public static BadInputException Encrypted(string path) =>
        new(path, "an encrypted Parquet file ('PARE')", "a Parquet file that can be read without keys", "Decrypt it first.") { IsFaultOfData = true };

    public static BadInputException Damaged(string place, Exception inner)
    {
        var cause = FirstLine(inner.Message);
        return new BadInputException(place,
            cause.Contains(ChecksumFailed, StringComparison.Ordinal) ? "a page whose checksum does not match its bytes" : $"bytes that do not decode ({cause})",
            "pages as they were written", "The file is damaged, or was replaced while it was read: check it with another reader, and write or copy it again.",
            inner)
        {
            IsFaultOfData = true,
        };
    }

    public static BadInputException Changed(string path, string seen, string expected) => new(path, seen, $"{expected}, as when the run was planned",
        "The file was replaced after planning. Write new data under new names, and start a new run to read this one. A copy that was put back has to have "
            + "its old modification time too (cp -p).")
    { IsFaultOfData = true };

    public static BadInputException Replaced(string path, string seen, string expected) => new(path, $"ETag {seen}",
        $"ETag {expected}, as when the run was planned", "The object was replaced after planning, so the run stops. Write new data under new keys, and start a "
        + "new run to read this one.")
    { IsFaultOfData = true };

    public static BadInputException Gone(string path, string expected) => new(path, "no object", $"one with ETag {expected}, as when the run was planned",
        "The object was removed after planning, so the run stops. Objects must stay in place until the run has ended.")
    { IsFaultOfData = true };

    /// <summary>The names most like the one asked for, quoted, nearest first; "none" when there are no names.</summary>
    public static string Nearest(string name, IEnumerable<string> names)
    {
        var nearest = NearestWord.Sorted(names, name).Take(MaxNamesShown).Select(n => $"'{n}'").ToArray();
        return nearest.Length == 0 ? "none" : string.Join(", ", nearest);
    }

    // A failure of the native reader comes as "class parquet::ParquetStatusException (message: 'the cause')", with the class as its compiler spells it.
    private static string FirstLine(string message)
    {
        var line = message.Split('\n', 2)[0].Trim();
        var cause = line.IndexOf(MessagePrefix, StringComparison.Ordinal);
        return cause < 0 ? line : line[(cause + MessagePrefix.Length)..].TrimEnd(')', '\'');
    }
}
