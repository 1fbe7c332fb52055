using System.Globalization;
using System.Text.Json.Nodes;

namespace EasyQuant.SchedulerService.Schedules;

/// <summary>Replaces <c>${schedule.time}</c> and <c>${schedule.date}</c> in the inputs of a schedule.</summary>
internal static class InputTemplate
{
    /// <summary>Returns the inputs of one firing as JSON: the nominal instant in UTC and its date in the zone stand for the expressions.</summary>
    public static string Render(string inputs, DateTimeOffset nominal, TimeZoneInfo zone)
    {
        if (!inputs.Contains("${schedule.", StringComparison.Ordinal))
        {
            return inputs;
        }

        string time = nominal.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string date = TimeZoneInfo.ConvertTime(nominal, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Replace(JsonNode.Parse(inputs), time, date)?.ToJsonString() ?? "{}";
    }

    private static JsonNode? Replace(JsonNode? node, string time, string date) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Replace(member.Value, time, date)))),
        JsonArray items => new JsonArray([.. items.Select(item => Replace(item, time, date))]),
        JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(
            text.Replace("${schedule.time}", time, StringComparison.Ordinal).Replace("${schedule.date}", date, StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };
}
