using BatchEngine.Host.Commands;
using BatchEngine.Scorer.Memory;

NativeHeap.ReturnLargeBlocks();
return await CommandLine.RunAsync(args);
