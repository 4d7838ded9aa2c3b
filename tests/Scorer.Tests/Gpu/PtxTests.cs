using System.Reflection;
using BatchEngine.Scorer.Gpu;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>The kernels as the compiler writes them for NVIDIA cards, looked at without one.</summary>
public sealed class PtxTests
{
    [Theory]
    [InlineData(typeof(RankKernel), typeof(ByteRank))]
    [InlineData(typeof(RankKernel), typeof(WideRank))]
    [InlineData(typeof(TreeKernel), typeof(ByteRank))]
    [InlineData(typeof(TreeKernel), typeof(WideRank))]
    public void Kernel_ForACard_CompilesWithoutFusedOrApproximateArithmetic(Type kernel, Type rank)
    {
        var ptx = Compile(kernel, rank);
        Assert.Contains(".entry", ptx, StringComparison.Ordinal);
        foreach (var inexact in new[] { "fma.", "mad.f", ".ftz", ".approx", "div.full", ".f64" })
            Assert.DoesNotContain(inexact, ptx, StringComparison.Ordinal);
    }

    [Fact]
    public void Stage_InSharedMemory_LeavesRoomOnEveryCard() =>
        Assert.Contains($"__shared_alloca0[{RankedForestBuilder.MaxStageNodes * sizeof(ulong)}]", Compile(typeof(TreeKernel), typeof(ByteRank)),
            StringComparison.Ordinal);

    private static string Compile(Type kernel, Type rank)
    {
        var method = kernel.GetMethod("Run", BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(rank);
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O1));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_75, CudaInstructionSet.ISA_70, null!);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method),
            ILGPU.Runtime.KernelSpecialization.Empty)).PTXAssembly;
    }
}
