using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>A key with one value.</summary>
internal sealed class Key<T> : ConfigKey
{
    private readonly T _otherwise;

    /// <summary>A key without a fixed default.</summary>
    public Key(string name, KeyType<T> type, string sentence) : base(name, sentence) => (Type, _otherwise) = (type, type.Harmless);

    /// <summary>A key with a default.</summary>
    public Key(string name, KeyType<T> type, string sentence, T otherwise) : base(name, sentence) =>
        (Type, _otherwise, HasDefault) = (type, otherwise, true);

    /// <summary>What its value may be.</summary>
    public KeyType<T> Type { get; }

    /// <summary>Whether it has a fixed default.</summary>
    public bool HasDefault { get; }

    /// <summary>What holds when it is not given, or a harmless value when there is no default.</summary>
    public T Default => _otherwise;

    /// <inheritdoc/>
    public override string Expected => Type.Expected;

    /// <inheritdoc/>
    public override string Accepts => Type.Accepts;

    /// <inheritdoc/>
    public override string? DefaultText => HasDefault ? Type.TextOf(_otherwise) : null;

    /// <inheritdoc/>
    public override void Check(YamlNode value, KeyPlace at) => Type.TryRead(value, at, out _);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = Type.Schema();
        schema.Insert(0, "description", Sentence);
        if (HasDefault)
            schema["default"] = Type.JsonOf(_otherwise);
        return schema;
    }
}
