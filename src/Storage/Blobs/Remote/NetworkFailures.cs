using System.Net.Sockets;
using System.Security.Authentication;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Failures between this machine and a store, whatever the store is.</summary>
internal static class NetworkFailures
{
    /// <summary>Whether trying again can help.</summary>
    public static Retriable Judge(Exception failure) => failure switch
    {
        _ when IsNoHost(failure) => Retriable.Briefly,
        _ when Find<AuthenticationException>(failure) is not null => Retriable.No,
        TimeoutException or OperationCanceledException => Retriable.Yes,
        _ when IsOne(failure) => Retriable.Yes,
        _ => Retriable.No,
    };

    /// <summary>What it means and what to do.</summary>
    public static string Explain(Exception failure) => failure switch
    {
        _ when IsNoHost(failure) => $"the store's address has no host ({failure.Message}). Correct objectStore.endpoint, or look at the name server.",
        TimeoutException => $"the store gave {failure.Message}. Look at the store and the network, or raise objectStore.timeout; then resume.",
        _ => $"the store cannot be reached ({failure.Message}). Look at the store, the network and objectStore.endpoint; then resume.",
    };

    /// <summary>Whether a connection failed, or an answer ended early.</summary>
    public static bool IsOne(Exception failure) =>
        Find<HttpRequestException>(failure) is not null || Find<IOException>(failure) is not null || Find<SocketException>(failure) is not null;

    /// <summary>The first failure of a kind, from the outermost inwards; null means that there is none.</summary>
    public static T? Find<T>(Exception failure) where T : Exception
    {
        for (var at = failure; at is not null; at = at.InnerException)
        {
            if (at is T found)
                return found;
        }
        return null;
    }

    private static bool IsNoHost(Exception failure) =>
        Find<SocketException>(failure) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData };
}
