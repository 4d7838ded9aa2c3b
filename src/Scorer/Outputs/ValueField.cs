using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A column of fixed-size values. Not thread-safe.</summary>
/// <typeparam name="T">The value as it is stored.</typeparam>
/// <param name="field">The Parquet field.</param>
/// <param name="fill">Writes the values of all rows of a unit to the target.</param>
/// <param name="nullableIndex">The input column in the units whose presence counts; -1 when the column is never missing.</param>
internal sealed class ValueField<T>(DataField field, ValueField<T>.Filling fill, int nullableIndex = -1)
    : OutputField(field, field.ClrType == typeof(T) ? null : typeof(T))
    where T : struct
{
    private T[] _all = [];
    private T[] _kept = [];
    private int[] _levels = [];
    private int _values;
    private int _rows;

    /// <summary>Fills the target with the values of all rows.</summary>
    public delegate void Filling(ScoredUnit unit, Span<T> target);

    /// <inheritdoc/>
    public override int StagedBytes => Unsafe.SizeOf<T>() + (nullableIndex < 0 ? 0 : sizeof(int));

    /// <inheritdoc/>
    public override void Stage(ScoredUnit unit)
    {
        Reserve(ref _kept, _values + unit.Rows);
        if (nullableIndex < 0 && unit.Keep.IsEmpty)
        {
            fill(unit, _kept.AsSpan(_values, unit.Rows));
            _values += unit.Rows;
            _rows += unit.Rows;
            return;
        }
        Reserve(ref _all, unit.Rows);
        fill(unit, _all);
        if (nullableIndex >= 0)
        {
            StagePresent(unit, unit.Columns[nullableIndex].Present);
            return;
        }
        unit.Compact<T>(_all, _kept.AsSpan(_values));
        _values += unit.KeptRows;
        _rows += unit.KeptRows;
    }

    /// <inheritdoc/>
    public override void Clear() => (_rows, _values) = (0, 0);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) => nullableIndex < 0
        ? group.WriteAsync<T>(Stored, _kept.AsMemory(0, _rows), cancellationToken: ct)
        : group.WriteAllPartsAsync<T>(Stored, _kept.AsMemory(0, _values), _levels.AsMemory(0, _rows), null, ct);

    private void StagePresent(ScoredUnit unit, ReadOnlySpan<byte> isPresent)
    {
        Reserve(ref _levels, _rows + unit.Rows);
        var keep = unit.Keep.Span;
        for (var i = 0; i < unit.Rows; i++)
        {
            if (!keep.IsEmpty && keep[i] == 0)
                continue;
            _levels[_rows++] = isPresent[i];
            if (isPresent[i] != 0)
                _kept[_values++] = _all[i];
        }
    }
}
