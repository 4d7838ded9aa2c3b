using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>What the prediction files of a run hold beside the outputs.</summary>
/// <param name="KeyColumn">The key's name in the output.</param>
/// <param name="KeyIndex">The key column's index in the units; -1 means the row number is the key.</param>
/// <param name="Input">The columns of the units.</param>
/// <param name="Carried">Indexes in the units of the columns that are copied.</param>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="ModelVersion">Written in every row.</param>
/// <param name="RunName">Written in every row.</param>
/// <param name="ScoredAt">Written in every row.</param>
internal sealed record PredictionSchema(
    string KeyColumn,
    int KeyIndex,
    IReadOnlyList<InputColumn> Input,
    IReadOnlyList<int> Carried,
    IReadOnlyList<OutputColumn> Outputs,
    string ModelVersion,
    string RunName,
    DateTimeOffset ScoredAt)
{
    /// <summary>Names of the columns that tell where a prediction comes from.</summary>
    public static readonly IReadOnlyList<string> ProvenanceColumns = ["model_version", "run_id", "scored_at"];

    /// <summary>The kind of the key.</summary>
    /// <exception cref="BadInputException">The values of the key column have no exact text.</exception>
    public KeyKind KeyKind => KeyIndex < 0 ? KeyKind.Int64 : KeyKinds.Of(Input[KeyIndex], $"key column '{KeyColumn}'");

    /// <summary>All column names in order.</summary>
    /// <exception cref="BadInputException">Two columns would have one name.</exception>
    public IReadOnlyList<string> ColumnNames()
    {
        string[] names = [KeyColumn, .. Carried.Select(c => Input[c].Name), .. Outputs.Where(o => o.IsNamed).Select(o => o.Name), .. ProvenanceColumns];
        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? names
            : throw new BadInputException("output columns", $"'{twice.Key}' twice", "each name once among key, carried columns, model outputs and provenance",
            "Leave the carried column out, or rename the model's output.");
    }

    /// <summary>New staging columns in file order.</summary>
    /// <param name="options">The options of the files.</param>
    public IReadOnlyList<OutputField> CreateFields(ParquetOptions options)
    {
        ColumnNames();
        var fields = new List<OutputField> { KeyIndex < 0 ? RowNumbers() : Key() };
        fields.AddRange(Carried.Select(c => Copied(c)));
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i].IsNamed)
                fields.Add(Output(i, Outputs[i]));
        }
        fields.Add(new ConstantField<ReadOnlyMemory<char>>(Text(ProvenanceColumns[0]), ModelVersion.AsMemory(), options));
        fields.Add(new ConstantField<ReadOnlyMemory<char>>(Text(ProvenanceColumns[1]), RunName.AsMemory(), options));
        fields.Add(new ConstantField<long>(ParquetFields.Of(new TableColumn(ProvenanceColumns[2], ColumnKind.Timestamp, false)),
            (ScoredAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, options));
        return fields;
    }

    private static DataField Text(string name) => ParquetFields.Of(new TableColumn(name, ColumnKind.Text, false));

    private static OutputField Output(int output, OutputColumn column)
    {
        if (column.Labels.Count > 0)
            return new LabelField(Text(column.Name), output, column.Labels);
        if (column.Kind == OutputKind.Number)
        {
            return new ValueField<float>(ParquetFields.Of(new TableColumn(column.Name, ColumnKind.Float, false)), (unit, target) =>
                unit.Predictions.Column(output).CopyTo(target));
        }
        var field = ParquetFields.Of(new TableColumn(column.Name, ColumnKind.Integer, false));
        return column.Kind == OutputKind.Integer
            ? new ValueField<long>(field, (unit, target) => TensorPrimitives.ConvertTruncating(unit.Predictions.Column(output), target))
            : new ValueField<long>(field, (unit, target) => unit.Predictions.CopyIntegersTo(output, target));
    }

    private ValueField<long> RowNumbers() => new(ParquetFields.Of(new TableColumn(KeyColumn, ColumnKind.Integer, false)), static (unit, target) =>
    {
        for (var row = 0; row < unit.Rows; row++)
            target[row] = unit.FirstRowNumber + row;
    });

    // A row without a key is rejected, so no key is missing.
    private OutputField Key()
    {
        var isText = KeyKind == KeyKind.Utf8;
        var field = ParquetFields.Of(new TableColumn(KeyColumn, isText ? ColumnKind.Text : ColumnKind.Integer, false));
        var index = KeyIndex;
        return isText ? new TextField(field, index)
            : new ValueField<long>(field, (unit, target) => unit.Columns[index].Integers.CopyTo(target));
    }

    private OutputField Copied(int index)
    {
        var column = Input[index];
        if (column.Stored is { } type && (column.Use == ColumnUse.Carried || type.IsReadAsStored))
            return CarriedFields.Of(column, index, type);
        // A plan that was made before stored types were kept.
        var field = ParquetFields.Of(new TableColumn(column.Name, column.Kind, column.IsNullable));
        var present = column.IsNullable ? index : -1;
        return column.Kind switch
        {
            ColumnKind.Text => new TextField(field, index),
            ColumnKind.Float => new ValueField<float>(field, (unit, target) => unit.Columns[index].Floats.CopyTo(target), present),
            ColumnKind.Double or ColumnKind.Decimal => new ValueField<double>(field, (unit, target) => unit.Columns[index].Doubles.CopyTo(target), present),
            ColumnKind.Bool => new ValueField<bool>(field, (unit, target) =>
                TensorPrimitives.ConvertTruncating<long, byte>(unit.Columns[index].Integers, MemoryMarshal.Cast<bool, byte>(target)), present),
            ColumnKind.Date => new ValueField<int>(field, (unit, target) =>
                TensorPrimitives.ConvertTruncating<long, int>(unit.Columns[index].Integers, target), present),
            _ => new ValueField<long>(field, // integers as they are, timestamps as microseconds
                (unit, target) => unit.Columns[index].Integers.CopyTo(target), present),
        };
    }
}
