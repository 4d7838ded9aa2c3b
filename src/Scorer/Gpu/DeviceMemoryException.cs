namespace BatchEngine.Scorer.Gpu;

/// <summary>Device memory could not be had, by the configured limit or by the device itself.</summary>
internal sealed class DeviceMemoryException(long wantedBytes, long freeBytes, Exception? cause = null)
    : Exception($"{wantedBytes} bytes of device memory were wanted and {freeBytes} are left of the limit", cause);
