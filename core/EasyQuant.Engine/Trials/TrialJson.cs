using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>A trial as one line of JSON: snake_case names, dates as ISO text. Stateless and thread-safe.</summary>
public static class TrialJson
{
    /// <summary>Writes a trial.</summary>
    /// <returns>One line without a line feed.</returns>
    public static string Write(Trial trial) => new JsonObject
    {
        ["key"] = trial.Key,
        ["family"] = trial.Family,
        ["data_sha256"] = trial.DataSha256,
        ["first_date"] = trial.FirstDate.ToString("O", CultureInfo.InvariantCulture),
        ["last_date"] = trial.LastDate.ToString("O", CultureInfo.InvariantCulture),
        ["sharpe"] = trial.Sample.Sharpe,
        ["return_count"] = trial.Sample.ReturnCount,
        ["skewness"] = trial.Sample.Skewness,
        ["kurtosis"] = trial.Sample.Kurtosis,
        ["parameters"] = trial.Parameters,
    }.ToJsonString();

    /// <summary>Reads a line that <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The line is not such JSON; the message names what is wrong.</exception>
    public static Trial Parse(string line)
    {
        try
        {
            JsonNode json = JsonNode.Parse(line) ?? throw new FormatException("A trial is a JSON object, was null.");
            return new Trial(
                Text(json, "key"),
                Text(json, "family"),
                Text(json, "data_sha256"),
                DateOnly.ParseExact(Text(json, "first_date"), "O", CultureInfo.InvariantCulture),
                DateOnly.ParseExact(Text(json, "last_date"), "O", CultureInfo.InvariantCulture),
                new SharpeSample(Number(json, "sharpe"), (int)Number(json, "return_count"), Number(json, "skewness"), Number(json, "kurtosis")),
                Text(json, "parameters"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("The line is not a trial: " + e.Message, e);
        }
    }

    private static string Text(JsonNode json, string name) =>
        json[name]?.GetValue<string>() ?? throw new FormatException($"A trial has the text \"{name}\"; it is missing.");

    private static double Number(JsonNode json, string name) =>
        json[name]?.GetValue<double>() ?? throw new FormatException($"A trial has the number \"{name}\"; it is missing.");
}
