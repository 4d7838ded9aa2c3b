using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>One key of a configuration file, described once: its reader, its JSON schema, the commented default file and the tables of the documents are all
/// made from this.</summary>
/// <param name="name">As it is written, in camelCase.</param>
/// <param name="sentence">What it says, as one or more whole sentences.</param>
internal abstract class ConfigKey(string name, string sentence)
{
    /// <summary>As it is written.</summary>
    public string Name { get; } = name;

    /// <summary>An earlier name, which is still read, with a warning; null means that there was none.</summary>
    public string? OldName { get; init; }

    /// <summary>What it says.</summary>
    public string Sentence { get; } = sentence;

    /// <summary>Whether a file without it is refused.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What a missing key is said to lack, when its type says too little: "the job's name".</summary>
    public string? Wanted { get; init; }

    /// <summary>What a wrong value can be mended by, when the type says too little.</summary>
    public string? Remedy { get; init; }

    /// <summary>What holds when it is not given and there is no fixed default: "the job's name".</summary>
    public string? Otherwise { get; init; }

    /// <summary>A value to show where there is no fixed default.</summary>
    public string? Example { get; init; }

    /// <summary>What may stand there, for errors.</summary>
    public virtual string Expected => Accepts;

    /// <summary>What may stand there, for tables.</summary>
    public abstract string Accepts { get; }

    /// <summary>The default as it would be written; null means that there is none.</summary>
    public virtual string? DefaultText => null;

    /// <summary>Records what is wrong with a value; a key that its file reads by hand says nothing here.</summary>
    public virtual void Check(YamlNode value, KeyPlace at)
    {
    }

    /// <summary>The JSON schema of its value.</summary>
    public abstract JsonObject Schema();
}
