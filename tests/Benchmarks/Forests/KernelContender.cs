using System.Runtime.InteropServices;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>A kernel alone: ranking and sums, without base values and transforms. Not thread-safe.</summary>
internal sealed unsafe class KernelContender : IDisposable
{
    private readonly ForestKernel _kernel;
    private readonly ForestRows _rows;
    private readonly nint[] _columns;
    private readonly float[] _sums;

    public KernelContender(string kernel, ForestModel model, ForestRows rows)
    {
        (_kernel, _rows) = (ForestKernels.Create(kernel, model), rows);
        _columns = [.. rows.Columns.Select(c => Marshal.UnsafeAddrOfPinnedArrayElement(c, 0))];
        _sums = GC.AllocateUninitializedArray<float>(model.TargetCount * rows.Count, pinned: true);
    }

    public void Run()
    {
        fixed (nint* columns = _columns)
        fixed (float* sums = _sums)
            _kernel.Sum((float**)columns, _rows.Count, sums, _rows.Count);
    }

    public void Dispose() => _kernel.Dispose();
}
