using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.Azure;

/// <summary>A block blob whose blocks are staged and committed at the end. Blocks may be sent at once.</summary>
/// <param name="connection">The client.</param>
/// <param name="blob">The blob.</param>
/// <param name="place">Container and key, for messages.</param>
internal sealed class AzureUpload(AzureConnection connection, BlockBlobClient blob, string place) : IObjectUpload
{
    private const int MostBlocks = 50_000;
    private const int MarkBytes = 8;

    // Two writers of one name stage side by side: their blocks must not take each other's place.
    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes));
    private readonly ConcurrentDictionary<int, string> _blocks = new();

    /// <inheritdoc/>
    public async Task SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (number > MostBlocks)
            throw new StorageFailedException(place, string.Create(CultureInfo.InvariantCulture,
                $"it is longer than {MostBlocks} blocks of {content.Length} bytes. Raise objectStore.partBytes."), isTransient: false);
        var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_mark}-{number:d6}")));
        await connection.AskAsync(place, async token =>
        {
            using var body = new MemoryReadStream(content);
            var options = new BlockBlobStageBlockOptions { TransferValidation = AzureContainer.Checked };
            return await blob.StageBlockAsync(id, body, options, token).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        _blocks[number] = id;
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(long bytes, ulong checksum, CancellationToken ct)
    {
        // A second try after a lost answer names blocks that are committed by now, which the service takes as well.
        var options = new CommitBlockListOptions { Metadata = new Dictionary<string, string> { [NotedChecksum.Name] = NotedChecksum.Spell(checksum) } };
        var seen = await connection.AskAsync(place, async token =>
        {
            await blob.CommitBlockListAsync(_blocks.OrderBy(b => b.Key).Select(b => b.Value), options, token).ConfigureAwait(false);
            return (await blob.GetPropertiesAsync(cancellationToken: token).ConfigureAwait(false)).Value.ContentLength;
        }, ct).ConfigureAwait(false);
        if (seen != bytes)
            throw new StorageFailedException(place, string.Create(CultureInfo.InvariantCulture,
                $"{bytes} bytes were written and the store shows {seen}. Look who else writes there, then resume."), isTransient: true);
    }

    /// <summary>Nothing: what was staged cannot be seen, and the service takes it away after a week.</summary>
    public Task AbortAsync(CancellationToken ct) => Task.CompletedTask;
}
