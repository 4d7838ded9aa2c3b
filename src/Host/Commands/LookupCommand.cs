using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Http;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>`lookup`: what the router would answer, and why.</summary>
internal static class LookupCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The serving name" };
    private static readonly Argument<string[]> Keys = new("key") { Description = "Keys", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Features = new("--features") { Description = "JSON object of column values, to score in real time when needed" };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("lookup", "What the router would answer for some keys, and why.") { Model, Keys, Features }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        await using var lookups = LookupService.Open(engine, verb.Screen.Note,
            trouble => verb.Screen.Error($"Real-time scoring of '{trouble.ServingName}' failed: {trouble.Failure?.Message ?? trouble.Cause}"),
            isDiagnostic: true);
        await lookups.Catalog.RefreshAsync(ct).ConfigureAwait(false);
        foreach (var problem in lookups.Catalog.Problems)
            verb.Screen.Error(problem.Detail);
        using var bytes = new MemoryStream();
        var worst = ExitCode.Done;
        await using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var key in verb.Line.GetValue(Keys)!)
            {
                var decision = await lookups.Router.RouteAsync(verb.Line.GetValue(Model)!, key, FeaturesOf(verb), ct).ConfigureAwait(false);
                AnswerJson.Write(json, key, decision);
                worst = Math.Max(worst, decision is RouteDecision.Refused ? ExitCode.Violation : ExitCode.Done);
            }

            json.WriteEndArray();
        }

        verb.Screen.Line(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
        if (await lookups.Books.CloseAsync().ConfigureAwait(false) is { } lost)
        {
            verb.Screen.Error(lost);
            worst = Math.Max(worst, ExitCode.Violation);
        }

        return worst;
    }

    private static IReadOnlyDictionary<string, object?>? FeaturesOf(Verb verb)
    {
        if (verb.Line.GetValue(Features) is not { Length: > 0 } text)
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return FeatureValues.Read(document.RootElement);
        }
        catch (JsonException problem)
        {
            throw new BadInputException("--features", text, "a JSON object such as {\"age\": 42}", problem.Message, problem);
        }
    }
}
