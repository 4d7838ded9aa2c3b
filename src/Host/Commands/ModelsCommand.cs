using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Terminal;
using BatchEngine.Registry.Models;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`models`: register, list, show, promote and roll back models.</summary>
internal static class ModelsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The model's name" };
    private static readonly Argument<string?> NameFilter = new("name") { Description = "Only this model", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> File = new("file") { Description = "The ONNX file" };
    private static readonly Argument<string> Reference = new("model") { Description = "name:version, name@alias or a file" };
    private static readonly Option<string> Alias = new("--alias") { Description = "The alias to move", DefaultValueFactory = _ => "champion" };
    private static readonly Option<bool> Promote = new("--promote") { Description = "Also point the alias champion at it" };
    private static readonly Option<string> Who = new("--by") { Description = "Who decides, for the history", DefaultValueFactory = _ => Environment.UserName };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var models = new Command("models", "Register, list, show, promote and roll back models.");
        models.Subcommands.Add(Verb.Does(
            new Command("register",
                "Copy an ONNX file, and the weight files that it names, into the registry; the same bytes are the same version.")
            { Name, File, Promote, Who }, globals,
            RegisterAsync));
        models.Subcommands.Add(Verb.Does(new Command("list", "All models and versions with their aliases.") { NameFilter }, globals, ListAsync));
        models.Subcommands.Add(Verb.Does(new Command("show", "One model: digest, inputs, outputs, how it would be run.") { Reference }, globals, ShowAsync));
        models.Subcommands.Add(Verb.Does(new Command("promote", "Point an alias at a version: models promote churn:3") { Reference, Alias, Who }, globals,
            PromoteAsync));
        models.Subcommands.Add(Verb.Does(new Command("rollback", "Point an alias back at the version it had before.") { Name, Alias, Who }, globals,
            RollbackAsync));
        return models;
    }

    private static async Task<int> RegisterAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var registration = await engine.Registry.RegisterAsync(verb.Line.GetValue(Name)!, verb.Line.GetValue(File)!, ct).ConfigureAwait(false);
        var version = registration.Model.Version;
        if (verb.Line.GetValue(Promote))
            await engine.Registry.PromoteAsync(version.Name, version.Number, ModelRegistry.Champion, verb.Line.GetValue(Who)!, ct).ConfigureAwait(false);
        var resolved = await engine.Registry.ResolveAsync(new ModelReference.ByNumber(version.Name, version.Number), ct).ConfigureAwait(false);
        var caveats = ModelFacts.CaveatsOf(resolved, engine.Configuration.Execution);
        verb.Screen.Answer(new { registration.Model, registration.IsNew, caveats }, () =>
        {
            verb.Screen.Line($"{version} {(registration.IsNew ? "registered" : "was registered before with the same bytes")}, "
                + $"digest {version.Digest.Short}{(verb.Line.GetValue(Promote) ? ", now champion" : "")}.");
            foreach (var caveat in caveats)
                verb.Screen.Line($"note: {caveat}");
        });
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var models = await engine.Registry.ListAsync(verb.Line.GetValue(NameFilter), ct).ConfigureAwait(false);
        verb.Screen.Answer(models, () =>
        {
            if (models.Count == 0)
            {
                verb.Screen.Line("No models yet. Register one with: batchengine models register NAME FILE.onnx --promote");
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("model", "aliases", "digest").AddColumn("size", c => c.RightAligned())
                .AddColumn("registered");
            foreach (var model in models)
                table.AddRow(Markup.Escape(model.Version.ToString()), string.Join(", ", model.Aliases), model.Version.Digest.Short, Figures.Bytes(model.Bytes),
                    Figures.Instant(model.RegisteredAt));
            verb.Screen.Draw(table);
        });
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var model = await engine.Registry.ResolveAsync(ModelReference.Parse(verb.Line.GetValue(Reference)!, "model"), ct).ConfigureAwait(false);
        var how = ModelFacts.Of(model, engine.Configuration.Execution);
        verb.Screen.Answer(new
        {
            model.Version,
            model.Version.Digest,
            model.Signature,
            model.WeightFiles,
            engine = how.Engine,
            detail = how.Detail,
            notes = how.Notes,
            leftOutOutputs = how.LeftOut,
            caveats = how.Caveats,
        }, () =>
        {
            var facts = new Grid().AddColumn().AddColumn();
            facts.AddRow("model", Markup.Escape(model.Version.ToString()));
            facts.AddRow("digest", model.Version.Digest.Hex);
            foreach (var input in model.Signature.Inputs)
                facts.AddRow("input", Markup.Escape(input.ToString()));
            foreach (var output in model.Signature.Outputs)
                facts.AddRow("output", Markup.Escape(output.ToString()));
            if (how.LeftOut.Count > 0)
                facts.AddRow("left out", Markup.Escape($"{string.Join(", ", how.LeftOut)}: they only pass inputs on, unless outputs of a job name them"));
            foreach (var file in model.WeightFiles)
                facts.AddRow("weights", Markup.Escape($"{file.Location} ({Figures.Bytes(file.Bytes)})"));
            facts.AddRow("engine", Markup.Escape(how.Engine));
            if (how.Detail.Length > 0)
                facts.AddRow("", Markup.Escape(how.Detail));
            foreach (var note in how.Notes)
                facts.AddRow("", Markup.Escape(note));
            verb.Screen.Draw(facts);
            foreach (var caveat in how.Caveats)
                verb.Screen.Line($"note: {caveat}");
        });
        return ExitCode.Done;
    }

    private static async Task<int> PromoteAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var text = verb.Line.GetValue(Reference)!;
        var wanted = ModelReference.Parse(text, "model") as ModelReference.ByNumber
            ?? throw new BadInputException("model", $"'{text}'", "name:version, for instance churn:3", "List the versions with: batchengine models list.");
        var model = await engine.Registry.PromoteAsync(wanted.Name, wanted.Number, verb.Line.GetValue(Alias)!, verb.Line.GetValue(Who)!, ct)
            .ConfigureAwait(false);
        verb.Screen.Answer(model, () => verb.Screen.Line($"{wanted.Name}@{verb.Line.GetValue(Alias)} is now {model.Version}."));
        return ExitCode.Done;
    }

    private static async Task<int> RollbackAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var name = verb.Line.GetValue(Name)!;
        var model = await engine.Registry.RollbackAsync(name, verb.Line.GetValue(Alias)!, verb.Line.GetValue(Who)!, ct).ConfigureAwait(false);
        verb.Screen.Answer(model, () => verb.Screen.Line($"{name}@{verb.Line.GetValue(Alias)} is back at {model.Version}."));
        return ExitCode.Done;
    }
}
