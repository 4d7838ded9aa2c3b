using BatchEngine.Domain;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Execution.Onnx;

/// <summary>Opens ONNX Runtime sessions and turns the runtime's failures into ours.</summary>
internal static class OnnxSession
{
    /// <summary>Loads the file. The session is thread-safe for running.</summary>
    /// <exception cref="BadInputException">The file is no model, or the device is not there.</exception>
    public static InferenceSession Open(string path, ExecutorOptions options)
    {
        using var settings = Settings(options);
        try
        {
            return new InferenceSession(path, settings);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new BadInputException(path, $"a file that ONNX Runtime refuses ({FirstLine(failure.Message)})", "a valid ONNX model",
                "Export the model again, or check that the file was copied whole.", failure);
        }
    }

    /// <summary>The runtime's message without its stack of locations.</summary>
    public static string FirstLine(string message)
    {
        var end = message.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).Trim();
    }

    private static SessionOptions Settings(ExecutorOptions options)
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = Math.Max(1, options.IntraOpThreads),
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // A waiting pool thread must not burn the core that another worker needs.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (options.Device == ExecutionDevice.Cuda)
            AddCuda(settings, options.DeviceId);
        return settings;
    }

    private static void AddCuda(SessionOptions settings, int deviceId)
    {
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["device_id"] = deviceId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["arena_extend_strategy"] = "kSameAsRequested", // grows by need, so that several processes can share a card
                ["cudnn_conv_algo_search"] = "HEURISTIC", // EXHAUSTIVE may choose another algorithm, so other bits, on each start
                ["do_copy_in_default_stream"] = "1",
            });
            settings.AppendExecutionProvider_CUDA(cuda);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            settings.Dispose();
            throw new BadInputException("execution device", $"'cuda', but this ONNX Runtime cannot use it ({FirstLine(failure.Message)})", "a CUDA build and an NVIDIA driver",
                "Build with -p:OnnxRuntime=Gpu on a machine with CUDA 12 and cuDNN 9, or use device 'cpu'.", failure);
        }
    }
}
