using System.Text;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>The report's figures as JSON, exact, for programs that read the page. Every text that could end a script element is escaped. Pure.</summary>
internal static class RunReportData
{
    internal static string Write(RunReport report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("run", report.Run.ToString());
            json.WriteString("state", report.State.ToString());
            json.WriteString("model", report.Model.ToString());
            json.WriteString("asOf", report.AsOf);
            json.WriteStartObject("rows");
            json.WriteNumber("read", report.Counts.Read);
            json.WriteNumber("scored", report.Counts.Scored);
            json.WriteNumber("reused", report.Counts.Reused);
            json.WriteNumber("rejected", report.Counts.Rejected);
            json.WriteEndObject();
            json.WriteStartObject("reuse");
            json.WriteString("base", report.Reuse.Base?.ToString());
            json.WriteString("fullRun", report.Reuse.FullRun?.ToString());
            if (report.Reuse.Grown is { } grown)
            {
                json.WriteNumber("trees", grown.Trees);
                json.WriteNumber("treesTakenOver", grown.ParentTrees);
            }
            json.WriteNumber("rowsNotRead", report.Reuse.RowsNotRead);
            Amount(json, "asFull", report.Reuse.AsFull);
            Amount(json, "saved", report.Reuse.Saved);
            json.WriteEndObject();
            Value(json, "keys", report.Keys, (name, keys) => json.WriteNumber(name, keys));
            Value(json, "plannedSeconds", report.Plan.PlannedDuration, (name, time) => json.WriteNumber(name, time.TotalSeconds));
            Value(json, "actualSeconds", report.Plan.ActualDuration, (name, time) => json.WriteNumber(name, time.TotalSeconds));
            Value(json, "rowsPerSecond", report.Plan.RowsPerSecond, (name, speed) => json.WriteNumber(name, speed));
            Cost(json, report);
            Drift(json, report);
            Histograms(json, report);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Cost(Utf8JsonWriter json, RunReport report)
    {
        var cost = report.Cost;
        json.WriteStartObject("cost");
        Amount(json, "planned", report.Plan.PlannedCost);
        Amount(json, "total", cost.Total);
        Amount(json, "batch", cost.Batch);
        Amount(json, "shared", cost.Shared);
        Amount(json, "rework", cost.Rework);
        Amount(json, "idle", cost.Idle);
        Amount(json, "perThousandMade", cost.PerThousandMade);
        Amount(json, "perThousandRealtime", cost.PerThousandRealtime);
        Amount(json, "onDemand", cost.OnDemand);
        Amount(json, "allRealtime", cost.AllRealtime);
        json.WriteEndObject();
    }

    private static void Drift(Utf8JsonWriter json, RunReport report)
    {
        if (report.Drift is not { } drift)
        {
            json.WriteNull("drift");
            return;
        }

        json.WriteStartObject("drift");
        json.WriteString("baseline", drift.Baseline?.ToString());
        json.WriteString("verdict", drift.Verdict.ToString());
        json.WriteStartArray("columns");
        foreach (var column in drift.Columns.Take(DriftSection.MaxColumns))
        {
            json.WriteStartObject();
            json.WriteString("column", ReportText.Cut(column.Column));
            json.WriteBoolean("output", column.IsOutput);
            json.WriteString("verdict", column.Verdict.ToString());
            Number(json, "psi", column.Psi);
            Number(json, "ks", column.Ks);
            Number(json, "missingBefore", column.MissingShareBaseline);
            Number(json, "missingNow", column.MissingShareCurrent);
            Number(json, "unseenNow", column.UnseenShareCurrent);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Histograms(Utf8JsonWriter json, RunReport report)
    {
        json.WriteStartArray("histograms");
        foreach (var histogram in report.Histograms.Take(DriftSection.MaxHistograms))
        {
            json.WriteStartObject();
            json.WriteString("column", ReportText.Cut(histogram.Column));
            Numbers(json, "baseline", histogram.Baseline);
            Numbers(json, "current", histogram.Current);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <summary>A distance, or null when it was not measured; the page's table says why.</summary>
    private static void Number(Utf8JsonWriter json, string name, Measured<double> value)
    {
        if (value.TryGet(out var number) && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void Amount(Utf8JsonWriter json, string name, Measured<Money> amount) => Value(json, name, amount, (field, money) =>
    {
        json.WriteStartObject(field);
        json.WriteNumber("amount", money.Amount);
        json.WriteString("currency", money.Currency);
        json.WriteEndObject();
    });

    private static void Value<T>(Utf8JsonWriter json, string name, Measured<T> value, Action<string, T> write) where T : struct
    {
        if (value.TryGet(out var number))
        {
            write(name, number);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("notMeasured", ReportText.Cut(value.Reason!));
        json.WriteEndObject();
    }
}
