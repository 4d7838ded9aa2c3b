using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>What the value of a key may be: how it is read, what is said when it cannot be, and how a JSON schema says the same.</summary>
internal abstract class KeyType<T>
{
    /// <summary>What is accepted, for errors: "a whole number from 0 to 1024".</summary>
    public abstract string Expected { get; }

    /// <summary>What is accepted, for tables; the same unless said otherwise.</summary>
    public virtual string Accepts => Expected;

    /// <summary>A harmless value, so that reading goes on after a problem with a key that has no default.</summary>
    public abstract T Harmless { get; }

    /// <summary>Reads the value, or records what is wrong with it.</summary>
    public virtual bool TryRead(YamlNode node, KeyPlace at, out T value)
    {
        if (node is YamlNode.Scalar scalar && TryParse(scalar.Text, out value))
            return true;
        value = Harmless;
        at.Wrong(node, Expected, RemedyFor(node));
        return false;
    }

    /// <summary>Reads one word.</summary>
    protected abstract bool TryParse(string text, out T value);

    /// <summary>What a person can do about a value that was refused.</summary>
    protected virtual string RemedyFor(YamlNode seen) => "Correct the value, or remove the key for the default.";

    /// <summary>The value as it is written in a file.</summary>
    public abstract string TextOf(T value);

    /// <summary>The value as JSON.</summary>
    public virtual JsonNode JsonOf(T value) => TextOf(value);

    /// <summary>The JSON schema of the value.</summary>
    public abstract JsonObject Schema();
}
