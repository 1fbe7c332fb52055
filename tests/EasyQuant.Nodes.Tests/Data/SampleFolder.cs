using System.Text.Json.Nodes;

namespace EasyQuant.Nodes.Tests.Data;

/// <summary>The sample files beside the tests.</summary>
internal static class SampleFolder
{
    public static byte[] Workflow(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", "workflows", name + ".json"));

    public static JsonObject Expected(string name) =>
        (JsonObject)JsonNode.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", "expected", name + ".json")))!;
}
