using System.Text;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow.Tests.Support;

/// <summary>Builders that let a test read like its subject.</summary>
internal static class Flows
{
    public static readonly NodeServices Services = new(TimeProvider.System);

    public static WorkflowDefinition Parse(string body) => Read(body).Definition
        ?? throw new InvalidOperationException(Read(body).Errors[0].ToString());

    /// <summary>Reads the members of a workflow after schema and name.</summary>
    public static WorkflowParseResult Read(string body) =>
        WorkflowJson.Parse(Encoding.UTF8.GetBytes($$"""{"schema":"easyquant/workflow/1","name":"test",{{body}}}"""));

    public static RunContext Run(params (string Name, JsonNode? Value)[] inputs) => new()
    {
        RunId = "0190a0b0-0000-7000-8000-000000000001",
        ProjectId = "default",
        StartTime = new DateTimeOffset(2026, 3, 2, 1, 2, 3, TimeSpan.Zero),
        Inputs = inputs.ToDictionary(i => i.Name, i => i.Value),
    };

    public static IReadOnlyList<FlowError> Validate(string body, params WorkflowDefinition[] others) => WorkflowValidator.Validate(
        Parse(body), new TestNodes().Catalog, (name, _) => others.FirstOrDefault(o => o.Name == name));
}
