using ILGPU;
using ILGPU.Runtime;

namespace BatchEngine.Scorer.Gpu;

/// <summary>A lane for one width of ranks.</summary>
internal sealed unsafe class TileLane<TRank> : ITileLane
    where TRank : unmanaged, IDeviceRank<TRank>
{
    private readonly DeviceTables _tables;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, int, FeatureTables, ArrayView<TRank>> _rank;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<TRank>, int, TreeTables, ArrayView<float>> _sum;
    private readonly AcceleratorStream? _stream;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _values;
    private readonly MemoryBuffer1D<TRank, Stride1D.Dense>? _ranks;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _sums;
    private readonly PageLockedArray1D<float>? _hostValues;
    private readonly PageLockedArray1D<float>? _hostSums;
    private int _from;
    private int _rows;

    /// <summary>Allocates a lane.</summary>
    /// <param name="tables">The forest.</param>
    /// <param name="tileRows">The most rows of a tile.</param>
    /// <exception cref="DeviceMemoryException">It does not fit.</exception>
    public TileLane(DeviceTables tables, int tileRows)
    {
        _tables = tables;
        var (device, forest) = (tables.Device, tables.Forest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)forest.FeatureCount * tileRows, int.MaxValue, nameof(tileRows));
        _rank = device.Accelerator.LoadKernel<ArrayView<float>, int, FeatureTables, ArrayView<TRank>>(RankKernel.Run);
        _sum = device.Accelerator.LoadKernel<ArrayView<TRank>, int, TreeTables, ArrayView<float>>(TreeKernel.Run);
        try
        {
            _stream = device.Accelerator.CreateStream();
            _values = device.Allocate<float>((long)forest.Sources.Length * tileRows);
            _ranks = device.Allocate<TRank>((long)forest.FeatureCount * tileRows);
            _sums = device.Allocate<float>((long)forest.Model.TargetCount * tileRows);
            _hostValues = device.Accelerator.AllocatePageLocked1D<float>(_values.Length);
            _hostSums = device.Accelerator.AllocatePageLocked1D<float>(_sums.Length);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Start(float** columns, int from, int rows)
    {
        (_from, _rows) = (from, rows);
        var forest = _tables.Forest;
        var packed = _hostValues!.Span;
        for (var i = 0; i < forest.Sources.Length; i++)
            new ReadOnlySpan<float>(columns[i] + from, rows).CopyTo(packed.Slice(i * rows, rows));
        var groups = (rows + _tables.Device.GroupRows - 1) / _tables.Device.GroupRows;
        if (forest.FeatureCount > 0)
        {
            var length = (long)forest.Sources.Length * rows;
            _values!.View.AsContiguous().SubView(0, length).CopyFrom(_stream!, _hostValues.ArrayView.SubView(0, length));
            _rank(_stream!, new KernelConfig(new Index3D(groups, forest.FeatureCount, 1), new Index3D(_tables.Device.GroupRows, 1, 1)),
                _values.View.AsContiguous(), rows, _tables.Features, _ranks!.View.AsContiguous());
        }
        _sum(_stream!, new KernelConfig(groups, _tables.Device.GroupRows), _ranks!.View.AsContiguous(), rows, _tables.Trees, _sums!.View.AsContiguous());
        var results = (long)forest.Model.TargetCount * rows;
        _sums.View.AsContiguous().SubView(0, results).CopyTo(_stream!, _hostSums!.ArrayView.SubView(0, results));
    }

    /// <inheritdoc/>
    public void Finish(float* sums, int stride)
    {
        if (_rows == 0)
            return;
        _stream!.Synchronize();
        for (var target = 0; target < _tables.Forest.Model.TargetCount; target++)
            _hostSums!.Span.Slice(target * _rows, _rows).CopyTo(new Span<float>(sums + ((long)target * stride) + _from, _rows));
        _rows = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing may still be on its way to or from memory that is freed.
        if (_rows != 0)
            _stream?.Synchronize();
        _hostValues?.Dispose();
        _hostSums?.Dispose();
        _tables.Device.Free(_values);
        _tables.Device.Free(_ranks);
        _tables.Device.Free(_sums);
        _stream?.Dispose();
    }
}
