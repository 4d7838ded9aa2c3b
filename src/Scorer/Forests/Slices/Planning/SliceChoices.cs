namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>The distinct choices between bits that one tree needs, in the order in which they were first asked for. Not thread-safe.</summary>
internal sealed class SliceChoices
{
    private const int FirstSize = 1_024;

    private readonly List<(int Condition, int Yes, int No)> _choices = [];

    // The tree that wrote an entry in the upper half, its choice in the lower: nothing needs to be cleared between trees.
    private long[] _table = new long[FirstSize];
    private int _tree = 1;

    /// <summary>How many there are.</summary>
    public int Count => _choices.Count;

    /// <summary>One of them.</summary>
    public (int Condition, int Yes, int No) this[int index] => _choices[index];

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        _choices.Clear();
        _tree++;
    }

    /// <summary>The index of a choice, old or new.</summary>
    public int Add(int condition, int yes, int no)
    {
        if (2 * _choices.Count >= _table.Length)
            Grow();
        var choice = (condition, yes, no);
        var at = FreeOrEqual(choice);
        if (_table[at] >> 32 == _tree)
            return (int)_table[at];
        _choices.Add(choice);
        _table[at] = ((long)_tree << 32) | (uint)(_choices.Count - 1);
        return _choices.Count - 1;
    }

    private int FreeOrEqual((int Condition, int Yes, int No) choice)
    {
        var mask = _table.Length - 1;
        var hash = ((uint)choice.Condition * 0x9E3779B1) ^ ((uint)choice.Yes * 0x85EBCA77) ^ ((uint)choice.No * 0xC2B2AE3D);
        for (var at = (int)(hash ^ (hash >> 15)) & mask; ; at = (at + 1) & mask)
        {
            if (_table[at] >> 32 != _tree || _choices[(int)_table[at]] == choice)
                return at;
        }
    }

    private void Grow()
    {
        _table = new long[2 * _table.Length];
        for (var i = 0; i < _choices.Count; i++)
            _table[FreeOrEqual(_choices[i])] = ((long)_tree << 32) | (uint)i;
    }
}
