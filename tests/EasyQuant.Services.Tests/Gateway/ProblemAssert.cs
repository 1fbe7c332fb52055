using System.Text.Json.Nodes;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Compares problem details to the letter, but for the trace id, which must be there.</summary>
internal static class ProblemAssert
{
    public static async Task EqualAsync(HttpResponseMessage response, int status, string expected)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        JsonObject problem = JsonNode.Parse(text)!.AsObject();
        Assert.Matches("^[0-9a-f]{32}$|^[0-9A-Z]+:[0-9A-F]+$", problem["traceId"]!.GetValue<string>());
        problem.Remove("traceId");
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), problem.ToJsonString());
        Assert.Equal(status, (int)response.StatusCode);
    }
}
