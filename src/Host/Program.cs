using BatchEngine.Host.Commands;
using BatchEngine.Scorer.Memory;

NativeHeap.KeepLittle();
return await CommandLine.RunAsync(args);
