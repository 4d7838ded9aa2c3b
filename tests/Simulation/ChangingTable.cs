using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Simulation;

/// <summary>A folder of Parquet files that changes from night to night as a seed says: rows and files come, change and go; some rows are bad, some keys come
/// twice.</summary>
internal sealed class ChangingTable(string folder, int seed, bool hasTextKeys)
{
    private const int RowsPerGroup = 40;
    private const int MaxRows = 150;
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, List<(long Id, float[] Values)>> _files = new(StringComparer.Ordinal);
    private long _nextId = 1;

    /// <summary>What to read.</summary>
    public string Glob => Path.Combine(folder, "*.parquet");

    /// <summary>Writes the first night's files.</summary>
    public async Task CreateAsync()
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < 6; i++)
            await AddFileAsync();
    }

    /// <summary>Makes the next night's files of the last one's; about half of the files stay as they are.</summary>
    public async Task ChangeAsync()
    {
        foreach (var name in _files.Keys.ToArray())
        {
            switch (_random.Next(12))
            {
                case 0:
                    _files.Remove(name);
                    File.Delete(Path.Combine(folder, name));
                    break;
                case 1:
                    await WriteAsync(name); // written anew with the same rows: another content tag
                    break;
                case 2 or 3:
                    ChangeRows(_files[name], _random.Next(1, 5));
                    await WriteAsync(name);
                    break;
                case 4:
                    _files[name].RemoveRange(0, _files[name].Count / 3);
                    await WriteAsync(name);
                    break;
                case 5:
                    _files[name].AddRange(Rows(_random.Next(1, 30)));
                    await WriteAsync(name);
                    break;
            }
        }

        if (_random.Next(2) == 0 || _files.Count < 3)
            await AddFileAsync();
    }

    private async Task AddFileAsync()
    {
        // Anywhere in the order of names, so that the rows behind it move.
        var name = string.Create(CultureInfo.InvariantCulture, $"part-{_random.Next(100_000):00000}.parquet");
        _files[name] = Rows(_random.Next(1, MaxRows));
        await WriteAsync(name);
    }

    private void ChangeRows(List<(long Id, float[] Values)> rows, int changedEvery)
    {
        for (var row = 0; row < rows.Count; row += changedEvery)
            rows[row] = (rows[row].Id, Values());
    }

    // One key in twenty is a copy of an earlier one.
    private List<(long Id, float[] Values)> Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (_nextId > 1 && _random.Next(20) == 0 ? _random.NextInt64(1, _nextId) : _nextId++, Values()))];

    // One row in forty holds a value that the model must not see.
    private float[] Values() =>
        [.. Enumerable.Range(0, 4).Select(i => i == 2 && _random.Next(40) == 0 ? float.PositiveInfinity : (float)(_random.NextDouble() * 4) - 2)];

    private async Task WriteAsync(string name)
    {
        TableColumn[] columns = [new("id", hasTextKeys ? ColumnKind.Text : ColumnKind.Integer, false), .. Enumerable.Range(0, 4)
            .Select(i => new TableColumn($"f{i}", ColumnKind.Float, false))];
        var path = Path.Combine(folder, name);
        await using var stream = File.Create(path);
        await using var table = await TableWriter.CreateAsync(stream, columns, CancellationToken.None);
        foreach (var rows in _files[name].Chunk(RowsPerGroup))
        {
            Array keys = hasTextKeys ? rows.Select(r => $"key {r.Id}").ToArray() : rows.Select(r => r.Id).ToArray();
            await table.WriteRowGroupAsync([keys, .. Enumerable.Range(0, 4).Select(i => (Array)rows.Select(r => r.Values[i]).ToArray())],
                CancellationToken.None);
        }

        await table.CompleteAsync(CancellationToken.None);
    }
}
