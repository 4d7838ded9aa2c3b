using System.Globalization;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What a listing held, for the message that nothing of it matches.</summary>
/// <param name="listed">The prefix that was listed.</param>
internal sealed class ObjectContents(ObjectUri listed)
{
    private const int MaxNamesShown = 5;

    private readonly List<string> _first = [];
    private long _count;

    /// <summary>Counts an object.</summary>
    public void Add(string key)
    {
        _count++;
        if (_first.Count < MaxNamesShown)
            _first.Add(key);
    }

    /// <inheritdoc/>
    public override string ToString() => _count == 0
        ? listed.Key.Length == 0 ? $"{listed.Place} is empty." : $"There is no object in {listed.Place} whose key begins with '{listed.Key}'."
        : string.Create(CultureInfo.InvariantCulture, $"Of {_count} object(s) below {listed} none matches: {string.Join(", ", _first)}")
            + (_count > _first.Count ? ", ..." : ".");
}
