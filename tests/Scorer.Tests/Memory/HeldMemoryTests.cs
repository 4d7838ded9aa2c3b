using System.IO.MemoryMappedFiles;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.Memory;

public sealed class HeldMemoryTests
{
    private const int Megabytes = 256;
    private const long Bytes = Megabytes * 1_000_000L;

    [Fact]
    public void PagesOfAMappedFile_AreNotCounted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the kinds of pages apart.");
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("large")))
            file.SetLength(Bytes);
        var (held, resident) = (HeldMemory.Bytes(), Environment.WorkingSet);
        using var map = MemoryMappedFile.CreateFromFile(folder.File("large"), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, Bytes, MemoryMappedFileAccess.Read);
        long sum = 0;
        for (long at = 0; at < Bytes; at += 4_096)
            sum += view.ReadByte(at);
        Assert.Equal(0, sum);
        Assert.InRange(Environment.WorkingSet - resident, Bytes / 2, long.MaxValue); // the pages are there
        Assert.InRange(HeldMemory.Bytes() - held, long.MinValue, Bytes / 2);
    }

    [Fact]
    public void MemoryOfOurOwn_IsCounted()
    {
        var held = HeldMemory.Bytes();
        using var buffer = new AlignedBuffer<long>(Megabytes * 1_000_000 / sizeof(long));
        buffer.Span.Fill(1);
        Assert.InRange(HeldMemory.Bytes() - held, Bytes / 2, long.MaxValue);
    }

    [Theory]
    [InlineData("linear", "onnx", 4)]
    [InlineData("stump", "auto", 16)]
    [InlineData("stump", "onnx", 16)]
    public void Model_IsCountedByWhatItIs(string name, string engine, int factor)
    {
        using var model = ExecutorFactory.Open(Fixture.Path(name), ["a", "b", "c"], ExecutorOptions.Default with { Engine = engine });
        Assert.Equal(factor, model.MemoryFactor);
    }
}
