using BatchEngine.Benchmarks.Delta;
using BatchEngine.Benchmarks.Forests;
using BatchEngine.Benchmarks.Gpu;
using BatchEngine.Benchmarks.Inputs;
using BatchEngine.Benchmarks.Opening;
using BatchEngine.Benchmarks.Peers;
using BatchEngine.Benchmarks.Places;
using BatchEngine.Benchmarks.Profiles;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Benchmarks.Traffic;
using BatchEngine.Scorer.Memory;

NativeHeap.KeepLittle();
switch (args.FirstOrDefault())
{
    case "score":
        return await ScoreBench.RunAsync(ScoreOptions.Parse(args[1..]));
    case ScoreBench.ChildVerb:
        return await ScoreChild.RunAsync(ScoreOptions.Parse(args[2..]), args[1]);
    case "memory":
        return await MemoryBench.RunAsync(ScoreOptions.Parse(args[1..]));
    case "profiles":
        return await ProfileBench.RunAsync(ScoreOptions.Parse(args[1..]));
    case "delta":
        return await DeltaBench.RunAsync(args[1..]);
    case "grown":
        return await GrownBench.RunAsync(args[1..]);
    case "places":
        return await PlacesBench.RunAsync(args[1..]);
    case "traffic":
        return await TrafficBench.RunAsync(args[1..]);
    case "mlnet":
        return await MlNetBench.RunAsync(ScoreOptions.Parse(args[1..]));
    case "dictionaries":
        return await DictionaryBench.RunAsync(ScoreOptions.Parse(args[1..]));
    case "footers":
        return await FootersBench.RunAsync(args[1..]);
    case "opening":
        return OpeningBench.Run(ScoreOptions.Parse(args[1..]));
    case OpeningBench.ChildVerb:
        return OpeningBench.RunChild(args[1..]);
    case "forests":
        ForestBench.Run(ForestBenchOptions.Parse(args[1..]));
        return 0;
    case "gpu":
        return GpuBench.Run(args[1..]);
    default:
        Console.Error.WriteLine("""
            score --model M.onnx [--rows 5000000] [--engine onnx] [--repeats 3] [--unit-rows N] [--only a,b]
                                     end-to-end scoring beside its parts and plain programs
            memory --model M.onnx [--engine onnx]
                                     peak memory and managed allocation by rows and workers
            profiles --model M.onnx [--rows 5000000] [--engine auto] [--repeats 3]
                                     what drift profiles cost, alone and in whole runs
            delta --model M.onnx [--rows 5000000] [--repeats 3]
                                     nights over unchanged files and over files with 2 % changed rows, beside full nights
            grown --model M.onnx [--parent-trees 450] [--rows 5000000] [--repeats 3]
                                     nights after a model got more trees, beside full nights of it
            places --model M.onnx --database Host=... --blobs s3://BUCKET/PREFIX --endpoint URL [--rows 5000000] [--repeats 3]
                                     nights on PostgreSQL and a bucket beside nights on SQLite and a folder
            traffic --database Host=... [--workers 64,1000]
                                     leases, renewals, checkpoints and receipts of many simulated workers on one database
            mlnet --model M.onnx [--rows 5000000] [--engine auto] [--repeats 3]
                                     one-shot scoring beside ML.NET's OnnxTransformer
            dictionaries --model M.onnx [--rows 1000000] [--engine auto] [--repeats 3]
                                     what scoring in the encoded domain could save at most
            footers [--files 10000] [--groups 100] [--repeats 3]
                                     planning from an object store's listing and footers, cold and with the footers known
            opening --model FOREST.onnx [--repeats 3]
                                     what opening a forest costs, part by part, cold and warm
            forests M.onnx... [--xgboost MODEL.json] [--passes 7] [--label TEXT]
                                     forest kernels beside ONNX Runtime and XGBoost: batches, two threads, single rows
            gpu --model M.onnx [--repeats 3] [--simulated]
                                     a forest on a CUDA card, transfers included, beside the processor; 2 when there is no card
            """);
        return 2;
}
