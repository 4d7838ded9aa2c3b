using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Sharding;

/// <summary>The row group that is being read, and of an object store the one behind it on its way. Used by one thread.</summary>
internal sealed class InputCursor(ScoringInput input) : IDisposable
{
    private (int File, int Group) _at = (-1, -1);
    private InputFileReader? _file;
    private RowGroupReader? _group;
    private (int File, Task<InputFileReader> Reader)? _nextFile;

    /// <summary>The row group of a unit.</summary>
    public RowGroupReader Open(UnitSlice unit)
    {
        if (_at == (unit.FileIndex, unit.RowGroup))
            return _group!;
        _group?.Dispose();
        _group = null;
        if (_at.File != unit.FileIndex)
        {
            _file?.Dispose();
            _file = null;
            _file = Take(unit.FileIndex);
        }
        _group = _file!.OpenRowGroup(unit.RowGroup, input.Columns);
        _at = (unit.FileIndex, unit.RowGroup);
        if (_file.IsObject)
            Announce(unit);
        return _group;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _group?.Dispose();
        _file?.Dispose();
        _nextFile?.Reader.ContinueWith(done =>
        {
            if (done.IsCompletedSuccessfully)
                done.Result.Dispose();
            else
                _ = done.Exception; // nobody asked for it any more
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _nextFile = null;
    }

    private InputFileReader Take(int file)
    {
        if (_nextFile is not { } next || next.File != file)
            return OpenFile(file);
        _nextFile = null;
        return next.Reader.GetAwaiter().GetResult();
    }

    private InputFileReader OpenFile(int file) => InputFileReader.Open(input.Manifest.Files[file], input.Files, input.Traffic);

    private void Announce(UnitSlice unit)
    {
        if (input.GroupAfter(unit.FileIndex, unit.RowGroup) is not { } next)
            return;
        if (next.File == unit.FileIndex)
        {
            _file!.ReadAhead(next.Group, input.Columns);
        }
        else if (_nextFile?.File != next.File && ObjectUri.IsOne(input.Manifest.Files[next.File].Path))
        {
            _nextFile = (next.File, Task.Run(() =>
            {
                var reader = OpenFile(next.File);
                reader.ReadAhead(next.Group, input.Columns);
                return reader;
            }));
        }
    }
}
