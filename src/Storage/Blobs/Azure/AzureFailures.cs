using Azure;
using Azure.Identity;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.Azure;

/// <summary>What the refusals of Azure Blob Storage mean, in the words of the product.</summary>
internal static class AzureFailures
{
    /// <summary>Whether the store says that there is no such blob.</summary>
    public static bool IsMissing(RequestFailedException failure) => failure.Status == 404 && failure.ErrorCode != "ContainerNotFound";

    /// <summary>Whether a condition of the request did not hold.</summary>
    public static bool IsUnmet(RequestFailedException failure) => failure.Status == 412 || failure.ErrorCode is "BlobAlreadyExists";

    /// <summary>Whether trying again can help.</summary>
    public static Retriable Judge(Exception failure) => failure switch
    {
        RequestFailedException { ErrorCode: "Md5Mismatch" or "OperationTimedOut" or "ContainerBeingDeleted" } => Retriable.Yes,
        RequestFailedException { Status: 408 or 429 or >= 500 and not 501 and not 507 } => Retriable.Yes,
        RequestFailedException { Status: > 0 } => Retriable.No,
        AuthenticationFailedException => Retriable.No,
        _ => NetworkFailures.Judge(failure),
    };

    /// <summary>What the failure means and what to do.</summary>
    /// <param name="failure">What the SDK said.</param>
    /// <param name="now">The time of this machine.</param>
    public static string Explain(Exception failure, DateTimeOffset now) => failure switch
    {
        RequestFailedException { ErrorCode: "ContainerNotFound" } =>
            $"there is no such container ({Said(failure)}). Create it, or correct the name in the configuration.",
        RequestFailedException { ErrorCode: "InvalidBlockList" } =>
            $"parts of the unfinished upload are gone ({Said(failure)}). Somebody else wrote the same blob meanwhile, or more than a week passed; resume.",
        RequestFailedException { ErrorCode: "AuthenticationFailed" or "InvalidAuthenticationInfo" } refused =>
            $"the credentials are not accepted ({Said(failure)}{Skew(refused, now)}). They may have expired: look at AZURE_STORAGE_CONNECTION_STRING, or sign "
                + "in again. The clock of this machine must be right (NTP).",
        RequestFailedException { Status: 401 or 403 } => $"access is denied ({Said(failure)}). Give the identity the role Storage Blob Data Contributor on the "
            + "container, or correct the key in AZURE_STORAGE_CONNECTION_STRING.",
        RequestFailedException { Status: 507 } => $"the store is full ({Said(failure)}). Make room, then resume.",
        RequestFailedException { Status: > 0 } refused => FormattableString.Invariant(
            $"the store answered {refused.Status} ({Said(failure)}). Look at the store, then resume."),
        AuthenticationFailedException => $"no credentials were found, or they cannot be used ({Said(failure)}). Set AZURE_STORAGE_CONNECTION_STRING, sign in "
            + "with az login, or give the machine an identity.",
        _ => NetworkFailures.Explain(failure),
    };

    private static string Skew(RequestFailedException failure, DateTimeOffset now)
    {
        if (failure.GetRawResponse()?.Headers.Date is not { } server || (now - server).Duration() is var off && off < TimeSpan.FromMinutes(1))
            return "";
        return FormattableString.Invariant($"; the clock of this machine is {(now > server ? "ahead of" : "behind")} the store's by {off.TotalSeconds:0} s");
    }

    // The SDK's messages go on for many lines, with every header of the answer.
    private static string Said(Exception failure)
    {
        var sentence = failure.Message.Split('\n', 2)[0].Trim().TrimEnd('.');
        return failure is RequestFailedException { ErrorCode: { Length: > 0 } code } ? $"{code}: {sentence}" : sentence;
    }
}
