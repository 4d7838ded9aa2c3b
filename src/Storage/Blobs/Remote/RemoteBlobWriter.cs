using System.Runtime.ExceptionServices;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Writes an object: a short one in one request when it is committed, a longer one in parts while it is written. Not thread-safe.</summary>
internal sealed class RemoteBlobWriter : BlobWriter
{
    private const int PartsAtOnce = 2;
    private static readonly TimeSpan s_abortWithin = TimeSpan.FromSeconds(15);
    private readonly IObjectContainer _container;
    private readonly UploadStream _content;
    private readonly SemaphoreSlim _free = new(PartsAtOnce);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _sending = [];
    private ExceptionDispatchInfo? _failure;
    private IObjectUpload? _upload;
    private int _parts;
    private bool _isOver;

    /// <summary>Starts a blob; nothing is sent yet.</summary>
    /// <param name="name">Its name, which is its key.</param>
    /// <param name="container">Where it goes.</param>
    /// <param name="partBytes">What is longer goes in parts of this length.</param>
    public RemoteBlobWriter(string name, IObjectContainer container, int partBytes)
    {
        (Name, _container) = (name, container);
        _content = new UploadStream(partBytes, SendAsync);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Stream Content => _content;

    /// <inheritdoc/>
    public override async Task<BlobInfo> CommitAsync(CancellationToken ct)
    {
        if (_isOver)
            throw new InvalidOperationException($"The writer of blob '{Name}' was committed or disposed before.");
        ct.ThrowIfCancellationRequested();
        using var stopping = ct.Register(_stop.Cancel);
        if (_upload is null)
        {
            var whole = _content.Take();
            await _container.PutAsync(Name, whole.Content, _content.Checksum, onlyIfAbsent: false, ct).ConfigureAwait(false);
            whole.Return();
        }
        else
        {
            await SendAsync(_content.Take()).ConfigureAwait(false);
            await Task.WhenAll(_sending).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            _failure?.Throw();
            await _upload.CompleteAsync(_content.Length, _content.Checksum, ct).ConfigureAwait(false);
        }
        _isOver = true;
        return new BlobInfo(Name, _content.Length, _content.Checksum);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            await _stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_sending).ConfigureAwait(false);
            _content.Take().Return();
            if (_upload is not null)
            {
                using var limit = new CancellationTokenSource(s_abortWithin);
                await _upload.AbortAsync(limit.Token).ConfigureAwait(false);
            }
        }
        _free.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(Part part)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        if (part.Count == 0)
        {
            part.Return();
            return;
        }
        await _free.WaitAsync(_stop.Token).ConfigureAwait(false);
        _failure?.Throw();
        _upload ??= await _container.StartUploadAsync(Name, _stop.Token).ConfigureAwait(false);
        var number = ++_parts;
        _sending.RemoveAll(s => s.IsCompleted);
        _sending.Add(Task.Run(() => SendOneAsync(_upload, number, part)));
    }

    // Never fails: the first failure is kept for whoever writes or commits next.
    private async Task SendOneAsync(IObjectUpload upload, int number, Part part)
    {
        try
        {
            await upload.SendAsync(number, part.Content, _stop.Token).ConfigureAwait(false);
            part.Return(); // A request that was cut off may still read the memory of a part that failed: that one is left to the collector.
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }
        finally
        {
            _free.Release();
        }
    }
}
