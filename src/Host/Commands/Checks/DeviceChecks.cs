using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Texts;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Host.Commands.Checks;

/// <summary>The part of `doctor` about cards: what there is, and whether forests and ONNX Runtime can use it.</summary>
internal static class DeviceChecks
{
    /// <summary>Looks; a card that is missing is a fault only where the configuration asks for one.</summary>
    public static IReadOnlyList<DoctorCheck> Of(ExecutorOptions wanted)
    {
        var isWanted = wanted.Device == ExecutionDevice.Cuda;
        var forests = ExecutionDevices.ForestProblem(wanted.DeviceId);
        var networks = ExecutionDevices.OnnxProblem(wanted.DeviceId);
        return
        [
            new DoctorCheck("devices", true, string.Join("; ", ExecutionDevices.Find().Select(Words))),
            new DoctorCheck("forests, cuda", forests is null || !isWanted, forests is null
                ? Usable(wanted)
                : $"{forests}, so forests run on the processor; for a card install NVIDIA's driver and set execution.device to cuda or auto"),
            new DoctorCheck("onnx, cuda", networks is null || !isWanted, networks is null ? Usable(wanted)
                : $"{networks}; until then other models run on the processor"),
        ];
    }

    private static string Usable(ExecutorOptions wanted) =>
        $"can be used; execution.device is {ChoiceText.Of(wanted.Device)}{(wanted.Device == ExecutionDevice.Cpu ? ", set it to cuda or auto" : "")}";

    private static string Words(DeviceInfo device) => device.Kind == "cpu"
        ? "cpu accelerator of ILGPU (tests only)"
        : string.Create(CultureInfo.InvariantCulture,
            $"{device.Kind} {device.Id}: {device.Name}, {Figures.Bytes(device.MemoryBytes)}, {device.Multiprocessors} multiprocessors"
            + $"{(device.IsUsed ? "" : " (not used)")}");
}
