using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx.Sessions;

/// <summary>Opens ONNX Runtime sessions and turns the runtime's failures into ours.</summary>
internal static class OnnxSession
{
    private const string CodePrefix = "[ErrorCode:";
    private const string FailPrefix = " : FAIL : ";

    /// <summary>Loads the file. The session is thread-safe for running.</summary>
    /// <exception cref="BadInputException">The file is no model.</exception>
    public static InferenceSession Open(SessionModel model, ExecutorOptions options)
    {
        using var settings = Settings(options);
        try
        {
            return model.Open(settings);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new BadInputException(model.Path, $"a file that ONNX Runtime refuses ({FirstLine(failure.Message)})", "a valid ONNX model",
                "Export the model again, or check that the file was copied whole.", failure);
        }
    }

    /// <summary>Loads the file on a CUDA device, or says in a sentence why the runtime cannot. A file that is no model fails here as well; <see cref="Open"/>
    /// then says so.</summary>
    public static (InferenceSession? Session, string? Reason) OpenOnCuda(SessionModel model, ExecutorOptions options)
    {
        using var settings = Settings(options);
        try
        {
            AddCuda(settings, options);
        }
        catch (Exception failure) when (IsMissingProvider(failure))
        {
            return (null, NoProvider(FirstLine(failure.Message), HasCudaProvider));
        }
        try
        {
            return (model.Open(settings), null);
        }
        catch (OnnxRuntimeException failure)
        {
            return (null, CudaRefusal(options.DeviceId, failure));
        }
    }

    /// <summary>Why a model does not run on a device that the runtime can use: for want of the device's memory, for instance.</summary>
    public static string CudaRefusal(int deviceId, Exception failure) =>
        string.Create(CultureInfo.InvariantCulture, $"the model could not be run on CUDA device {deviceId} ({FirstLine(failure.Message)})");

    /// <summary>Whether this build of the runtime can use a CUDA device here; null means that it can, else the sentence that says what to do.</summary>
    public static string? CudaProblem(int deviceId)
    {
        using var settings = new SessionOptions();
        try
        {
            AddCuda(settings, ExecutorOptions.Default with { DeviceId = deviceId });
            return null;
        }
        catch (Exception failure) when (IsMissingProvider(failure))
        {
            return NoProvider(FirstLine(failure.Message), HasCudaProvider);
        }
    }

    /// <summary>The runtime's message without its codes and the places in its own sources.</summary>
    public static string FirstLine(string message)
    {
        var end = message.IndexOf('\n', StringComparison.Ordinal);
        var line = end < 0 ? message : message[..end];
        if (line.StartsWith(CodePrefix, StringComparison.Ordinal))
            line = line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..];
        var cause = line.LastIndexOf(FailPrefix, StringComparison.Ordinal);
        return (cause < 0 ? line : line[(cause + FailPrefix.Length)..]).Trim();
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
        return settings;
    }

    private static void AddCuda(SessionOptions settings, ExecutorOptions options)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["gpu_mem_limit"] = options.DeviceMemoryBytes.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = "kSameAsRequested", // grows by need, so that several processes can share a card
            ["cudnn_conv_algo_search"] = "HEURISTIC", // EXHAUSTIVE may choose another algorithm, so other bits, on each start
            ["use_tf32"] = "0", // 10 bits of a product instead of 23 are too few to agree with the processor
            ["do_copy_in_default_stream"] = "1",
        });
        settings.AppendExecutionProvider_CUDA(cuda);
    }

    private static bool IsMissingProvider(Exception failure) =>
        failure is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException;

    // The flavour for cards brings the provider along, whether the machine has a card or not.
    private static bool HasCudaProvider => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider", StringComparer.Ordinal);

    /// <summary>Why CUDA cannot be used, and what to do about it.</summary>
    /// <param name="cause">What the runtime says.</param>
    /// <param name="hasProvider">Whether this is the build flavour for cards.</param>
    internal static string NoProvider(string cause, bool hasProvider) =>
        $"this ONNX Runtime cannot use CUDA ({cause}); " + (hasProvider
            ? "it is the build flavour for cards, so what is missing is on the machine: it needs CUDA 13, cuDNN 9 and NVIDIA's driver"
            : "it needs the build flavour -p:OnnxRuntime=Gpu, CUDA 13, cuDNN 9 and NVIDIA's driver");
}
