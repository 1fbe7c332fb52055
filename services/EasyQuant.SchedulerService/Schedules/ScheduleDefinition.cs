using System.Text.Json;
using System.Text.Json.Serialization;
using EasyQuant.Scheduling;

namespace EasyQuant.SchedulerService.Schedules;

/// <summary>What a user decides about a schedule. Equal by value.</summary>
internal sealed record ScheduleDefinition
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public required SchedulePlan Plan { get; init; }

    public required string WorkflowName { get; init; }

    public int WorkflowVersion { get; init; }

    /// <summary>JSON object with the inputs of every run, expressions not yet replaced.</summary>
    public string Inputs { get; init; } = "{}";

    public FiringPolicy Policy { get; init; } = new();

    public static ScheduleDefinition Read(string json) =>
        JsonSerializer.Deserialize<ScheduleDefinition>(json, s_json) ?? throw new JsonException("A stored schedule is null.");

    public string Write() => JsonSerializer.Serialize(this, s_json);
}
