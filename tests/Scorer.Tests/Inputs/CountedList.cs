using System.Collections;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>A list that counts how many items were taken from it.</summary>
internal sealed class CountedList<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
{
    public long Taken { get; private set; }

    public int Count => items.Count;

    public T this[int index]
    {
        get
        {
            Taken++;
            return items[index];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < items.Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
