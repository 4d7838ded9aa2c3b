using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>Brings some rows of a matrix together in a small one of its own, reused from call to call. Not thread-safe.</summary>
internal sealed class RowGather : IDisposable
{
    private readonly FeatureMatrix _target;
    private readonly TextBuffer?[] _texts;
    private readonly byte[] _present;

    /// <summary>Allocates room.</summary>
    /// <param name="features">Whose matrices are gathered from.</param>
    /// <param name="capacityRows">The most rows at once.</param>
    public RowGather(CompiledFeatures features, int capacityRows) : this(features.Storage, capacityRows)
    {
    }

    /// <summary>Allocates room.</summary>
    /// <param name="storage">How the matrices that are gathered from keep their features.</param>
    /// <param name="capacityRows">The most rows at once.</param>
    public RowGather(IReadOnlyList<FeatureStorage> storage, int capacityRows)
    {
        _target = new FeatureMatrix(storage, capacityRows);
        _texts = [.. storage.Select(s => s == FeatureStorage.Text ? new TextBuffer(capacityRows) : null)];
        _present = new byte[capacityRows];
    }

    /// <summary>The most rows at once.</summary>
    public int CapacityRows => _target.CapacityRows;

    /// <summary>The given rows in the given order; valid until the next call.</summary>
    public FeatureMatrix Take(FeatureMatrix source, ReadOnlySpan<int> rows)
    {
        _target.Rows = rows.Length;
        for (var feature = 0; feature < source.FeatureCount; feature++)
        {
            switch (source.Storage(feature))
            {
                case FeatureStorage.Float32:
                    Gather<float>(source.Column(feature), rows, _target.Column(feature));
                    break;
                case FeatureStorage.Float64:
                    Gather<double>(source.DoubleColumn(feature), rows, _target.DoubleColumn(feature));
                    break;
                case FeatureStorage.Int64:
                    Gather<long>(source.IntegerColumn(feature), rows, _target.IntegerColumn(feature));
                    _target.SetPresent(feature, PresentOf(source, feature, rows), source.HasMissing(feature));
                    break;
                default:
                    var (from, to) = (source.TextColumn(feature), _texts[feature]!);
                    to.Clear();
                    foreach (var row in rows)
                        to.Append(from[row]);
                    _target.SetText(feature, to, PresentOf(source, feature, rows), source.HasMissing(feature));
                    break;
            }
        }
        return _target;
    }

    /// <inheritdoc/>
    public void Dispose() => _target.Dispose();

    private ReadOnlySpan<byte> PresentOf(FeatureMatrix source, int feature, ReadOnlySpan<int> rows)
    {
        Gather<byte>(source.Present(feature), rows, _present);
        return _present.AsSpan(0, rows.Length);
    }

    private static void Gather<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows, Span<T> target)
    {
        for (var i = 0; i < rows.Length; i++)
            target[i] = values[rows[i]];
    }
}
