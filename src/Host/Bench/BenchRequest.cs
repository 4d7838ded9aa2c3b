using BatchEngine.Domain;

namespace BatchEngine.Host.Bench;

/// <summary>What `bench` was asked to measure.</summary>
/// <param name="ModelPath">An ONNX file; null means the sample's churn model over generated customers.</param>
/// <param name="Features">What the model reads; null means one float column an input value.</param>
/// <param name="Inputs">Parquet files to measure with; empty means generated ones.</param>
/// <param name="KeyColumn">The key of <paramref name="Inputs"/>; null with generated ones.</param>
/// <param name="Rows">Rows to generate; 0 means as many as end in half a minute on a laptop.</param>
/// <param name="Engine">How the model is run, by name.</param>
internal sealed record BenchRequest(string? ModelPath, FeatureSpec? Features, IReadOnlyList<string> Inputs, string? KeyColumn, int Rows, string Engine)
{
    /// <summary>The fewest rows that tell anything.</summary>
    public const int MinRows = 1_000;

    /// <summary>The most rows.</summary>
    public const int MaxRows = 100_000_000;

    /// <summary>Rows when nobody said, of a table that is not wide.</summary>
    public const int DefaultRows = 1_000_000;

    /// <summary>Checks what can be checked before anything is read.</summary>
    /// <exception cref="BadInputException">Something does not fit together.</exception>
    public BenchRequest Validated() => this switch
    {
        { Rows: not 0 and (< MinRows or > MaxRows) } =>
            throw new BadInputException("--rows", $"{Rows}", $"{MinRows} to {MaxRows}", "Ask for another number of rows."),
        { Inputs.Count: > 0, ModelPath: null } =>
            throw new BadInputException("--input", "no --model", "the model that reads the files", "Name it with --model."),
        { Inputs.Count: > 0, KeyColumn: null } => throw new BadInputException("--input", "no --key", "the key column of the files", "Name it with --key."),
        { Inputs.Count: > 0, Rows: > 0 } =>
            throw new BadInputException("--rows", "--input as well", "one of them: files have the rows they have", "Leave --rows out."),
        { Inputs.Count: 0, KeyColumn: not null } =>
            throw new BadInputException("--key", "no --input", "files with that column", "Leave --key out: generated rows have their own."),
        { Features: not null, ModelPath: null } =>
            throw new BadInputException("--features", "no --model", "the model that reads them", "Name it with --model."),
        _ => this,
    };
}
