using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Reading;

/// <summary>Collects everything that is wrong with one file, so that a person mends it in one go. Not thread-safe.</summary>
/// <param name="file">The file's path as the person named it.</param>
internal sealed class ConfigProblems(string file)
{
    private readonly List<(int Line, int Column, BadInputException Problem)> _found = [];
    private readonly SortedSet<string> _askedKeys = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private readonly List<string> _named = [];

    /// <summary>The file.</summary>
    public string File => file;

    /// <summary>What is wrong, in file order.</summary>
    public IReadOnlyList<BadInputException> Found => [.. _found.OrderBy(f => f.Line).ThenBy(f => f.Column).Select(f => f.Problem)];

    /// <summary>How many problems there are.</summary>
    public int Count => _found.Count;

    /// <summary>What still reads but should be written in another way, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The full paths of other files that this one names and that were read too.</summary>
    public IReadOnlyList<string> Named => _named;

    /// <summary>Every key path that a reader asked for ("quality.rejects.maxRows"), whether the file has it or not.</summary>
    public IReadOnlySet<string> AskedKeys => _askedKeys;

    /// <summary>Notes another file that this one names.</summary>
    public void Names(string other) => _named.Add(other);

    /// <summary>Notes that a reader knows a key.</summary>
    public void Asked(string keyPath) => _askedKeys.Add(keyPath);

    /// <summary>"file:line:column (key 'a.b')"; a node on line 0 came from an environment variable.</summary>
    public string Place(YamlNode at, string keyPath) => at.Line == 0
        ? $"environment variable {VariableName.Of(keyPath)}"
        : string.Create(CultureInfo.InvariantCulture, $"{file}:{at.Line}:{at.Column}") + (keyPath.Length > 0 ? $" (key '{keyPath}')" : "");

    /// <summary>Records one problem.</summary>
    public void Add(YamlNode at, string keyPath, string seen, string expected, string remedy) =>
        _found.Add((at.Line, at.Column, new BadInputException(Place(at, keyPath), seen, expected, remedy)));

    /// <summary>Records the problems of another file that this one names at a place.</summary>
    public void AddAll(YamlNode at, IEnumerable<BadInputException> problems) => _found.AddRange(problems.Select(p => (at.Line, at.Column, p)));

    /// <summary>Records what still reads but should be written in another way.</summary>
    public void Warn(string sentence) => _warnings.Add(sentence);

    /// <summary>Throws what was found: the one problem, or one failure that lists them in file order.</summary>
    /// <exception cref="BadInputException">Something was found.</exception>
    public void ThrowIfAny()
    {
        var sorted = Found;
        if (sorted.Count == 0)
            return;
        if (sorted.Count == 1)
            throw sorted[0];
        var list = string.Join('\n', sorted.Select(p => "  - " + p.Message));
        throw new BadInputException(file, $"{sorted.Count} problems", "a file without any", "Mend each of these:\n" + list, sorted[0]);
    }
}
