using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
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
        models.Subcommands.Add(Verb.Does(new Command("register", "Copy an ONNX file into the registry; the same bytes are the same version.") { Name, File, Promote, Who }, globals, RegisterAsync));
        models.Subcommands.Add(Verb.Does(new Command("list", "All models and versions with their aliases.") { NameFilter }, globals, ListAsync));
        models.Subcommands.Add(Verb.Does(new Command("show", "One model: digest, inputs, outputs, how it would be run.") { Reference }, globals, ShowAsync));
        models.Subcommands.Add(Verb.Does(new Command("promote", "Point an alias at a version: models promote churn:3") { Reference, Alias, Who }, globals, PromoteAsync));
        models.Subcommands.Add(Verb.Does(new Command("rollback", "Point an alias back at the version it had before.") { Name, Alias, Who }, globals, RollbackAsync));
        return models;
    }
}
