using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Models;

namespace BatchEngine.Registry.Models;

/// <summary>Which models there are, which of them is champion, and where their bytes lie. Thread-safe; several processes may share one database and blob
/// store.</summary>
public sealed class ModelRegistry
{
    /// <summary>The alias that is served unless somebody says otherwise.</summary>
    public const string Champion = "champion";

    private readonly ModelStore _models;
    private readonly Func<string, InspectedModel> _inspect;
    private readonly ModelFiles _files;

    /// <summary>Creates the registry.</summary>
    /// <param name="models">The rows.</param>
    /// <param name="fromFiles">The models that are not registered.</param>
    /// <param name="copies">The bytes, and files of them.</param>
    /// <param name="inspect">Tells the inputs, outputs and weight files of an existing model file; called from several threads. Throws
    /// <see cref="BadInputException"/> when
    /// the
    /// file is no model that can be run.</param>
    public ModelRegistry(ModelStore models, FileModels fromFiles, LocalCopies copies, Func<string, InspectedModel> inspect) =>
        (_models, FromFiles, _inspect, _files) = (models, fromFiles, inspect, new ModelFiles(copies));

    /// <summary>The models that are not registered and that runs were planned with.</summary>
    public FileModels FromFiles { get; }

    /// <summary>Registers an ONNX file, and the files beside it in which it keeps constants, under the name's next version number; a model with the
    /// identity of an earlier version is that version.</summary>
    /// <param name="name">Letters, digits, '.', '-' and '_'.</param>
    /// <param name="path">The file; it and its weight files are copied, so they may go away afterwards.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">The name is none, or the file cannot be read or is no model.</exception>
    public async Task<ModelRegistration> RegisterAsync(string name, string path, CancellationToken ct)
    {
        RequireName(name, "model name");
        var (digest, bytes) = await ModelFiles.MeasureAsync(path, ct).ConfigureAwait(false);
        var inspected = _inspect(path);
        var weights = await ModelFiles.MeasureWeightsAsync(path, inspected.WeightFiles, ct).ConfigureAwait(false);
        var (blob, stored) = await _files.StoreAsync(path, digest, weights, ct).ConfigureAwait(false);
        var registration = await _models.RegisterAsync(name, ModelIdentity.Of(digest, weights), inspected.Signature, blob, bytes + weights.Sum(w => w.Bytes),
            stored, ct).ConfigureAwait(false);
        // From here on a row names the files. A sweep that had read the rows before may have taken one in this very moment.
        if (!await _files.IsStoredAsync(registration.Model, ct).ConfigureAwait(false))
            await _files.StoreAsync(path, digest, weights, ct).ConfigureAwait(false);
        return registration;
    }

    /// <summary>Every version, by name and number.</summary>
    /// <param name="name">Only of this name; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<RegisteredModel>> ListAsync(string? name, CancellationToken ct) => _models.ListAsync(name, ct);

    /// <summary>Versions and alias history of a name.</summary>
    /// <exception cref="BadInputException">Nothing is registered under it.</exception>
    public async Task<ModelCard> ShowAsync(string name, CancellationToken ct) =>
        new(name, await VersionsAsync(name, $"model {name}", ct).ConfigureAwait(false), await _models.AliasHistoryAsync(name, ct).ConfigureAwait(false));

    /// <summary>Points an alias at a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="number">The version.</param>
    /// <param name="alias">The alias, for instance <see cref="Champion"/>; created when it is new.</param>
    /// <param name="who">Who decided.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The version it points at now.</returns>
    /// <exception cref="BadInputException">There is no such version, or the alias is no name.</exception>
    public async Task<RegisteredModel> PromoteAsync(string name, int number, string alias, string who, CancellationToken ct)
    {
        RequireName(alias, "alias");
        await RequireNumberAsync(name, number, ct).ConfigureAwait(false);
        await _models.MoveAliasAsync(name, alias, number, who, ct).ConfigureAwait(false);
        return await RequireNumberAsync(name, number, ct).ConfigureAwait(false);
    }

    /// <summary>Points an alias where it pointed before; repeated calls go further back.</summary>
    /// <returns>The version it points at now.</returns>
    /// <exception cref="BadInputException">There is no such alias, or it never pointed elsewhere.</exception>
    public async Task<RegisteredModel> RollbackAsync(string name, string alias, string who, CancellationToken ct)
    {
        var current = await RequireAliasAsync(name, alias, ct).ConfigureAwait(false);
        return await _models.RollBackAliasAsync(name, alias, who, ct).ConfigureAwait(false)
            ?? throw new BadInputException($"alias {name}@{alias}", $"an alias that pointed only at version {current.Version.Number}",
                "an alias that was moved before", $"Point it at a version with: batchengine models promote {name}:NUMBER.");
    }

    /// <summary>Makes a reference exact: the version, a verified local file and its signature.</summary>
    /// <exception cref="BadInputException">It names nothing that exists; the message says what does.</exception>
    /// <exception cref="CorruptDataException">The stored bytes are no longer those that were registered.</exception>
    public Task<ResolvedModel> ResolveAsync(ModelReference reference, CancellationToken ct) => reference switch
    {
        ModelReference.ByAlias wanted => ResolveRegisteredAsync(RequireAliasAsync(wanted.Name, wanted.Alias, ct), ct),
        ModelReference.ByNumber wanted => ResolveRegisteredAsync(RequireNumberAsync(wanted.Name, wanted.Number, ct), ct),
        ModelReference.ByFile wanted => ResolveFileAsync(wanted.Path, ct),
        _ => throw new InvariantBrokenException("every kind of model reference can be resolved", reference.GetType().Name),
    };

    private async Task<ResolvedModel> ResolveRegisteredAsync(Task<RegisteredModel> finding, CancellationToken ct)
    {
        var model = await finding.ConfigureAwait(false);
        return new ResolvedModel(model.Version, await _files.TakeOutAsync(model.Stored, ct).ConfigureAwait(false), model.Signature)
        {
            WeightFiles = [.. model.Weights.Select(w => w.File)],
        };
    }

    private async Task<ResolvedModel> ResolveFileAsync(string path, CancellationToken ct)
    {
        var full = Path.GetFullPath(path);
        var (digest, _) = await ModelFiles.MeasureAsync(full, ct).ConfigureAwait(false);
        var stem = new string([.. Path.GetFileNameWithoutExtension(full).Take(100)
            .Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')]).TrimStart('.');
        var inspected = _inspect(full);
        var weights = await ModelFiles.MeasureWeightsAsync(full, inspected.WeightFiles, ct).ConfigureAwait(false);
        return new ResolvedModel(new ModelVersion(stem.Length > 0 ? stem : "model", 0, ModelIdentity.Of(digest, weights)), full, inspected.Signature)
        {
            WeightFiles = weights,
        };
    }

    private async Task<RegisteredModel> RequireNumberAsync(string name, int number, CancellationToken ct)
    {
        if (await _models.FindAsync(name, number, ct).ConfigureAwait(false) is { } found)
            return found;
        var versions = await VersionsAsync(name, $"model {name}:{number}", ct).ConfigureAwait(false);
        throw new BadInputException($"model {name}:{number}", $"no version {number}",
            $"a version from {versions[0].Version.Number} to {versions[^1].Version.Number}", $"See: batchengine models show {name}.");
    }

    private async Task<RegisteredModel> RequireAliasAsync(string name, string alias, CancellationToken ct)
    {
        if (await _models.ByAliasAsync(name, alias, ct).ConfigureAwait(false) is { } found)
            return found;
        var versions = await VersionsAsync(name, $"model {name}@{alias}", ct).ConfigureAwait(false);
        throw new BadInputException($"model {name}@{alias}", $"no alias '{alias}'",
            $"one of: {NearestWord.List(versions.SelectMany(v => v.Aliases), alias, "none, no alias is set")}",
            $"Set it with: batchengine models promote {name}:{versions[^1].Version.Number} --alias {alias}.");
    }

    private async Task<IReadOnlyList<RegisteredModel>> VersionsAsync(string name, string place, CancellationToken ct)
    {
        var versions = await _models.ListAsync(name, ct).ConfigureAwait(false);
        if (versions.Count > 0)
            return versions;
        var names = (await _models.ListAsync(null, ct).ConfigureAwait(false)).Select(m => m.Version.Name);
        throw new BadInputException(place, $"no model '{name}'", $"one of: {NearestWord.List(names, name, "none, the registry is empty")}",
            "Register it with: batchengine models register NAME FILE.onnx.");
    }

    private static void RequireName(string text, string place)
    {
        if (!RunId.IsName(text))
            throw new BadInputException(place, $"'{text}'", "1 to 100 letters, digits, '.', '-' or '_', not starting with '.'", "Choose another name.");
    }
}
