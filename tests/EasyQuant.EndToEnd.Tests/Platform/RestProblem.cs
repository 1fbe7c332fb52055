using System.Text.Json;

namespace EasyQuant.EndToEnd;

/// <summary>Problem details as the Gateway answers them.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable reason.</param>
/// <param name="Detail">Sentence for a person.</param>
/// <param name="Fields">JSON pointer (or name of a query parameter) and sentence of each refused field.</param>
/// <param name="TraceId">Trace of the request.</param>
public sealed record RestProblem(int Status, string Code, string Detail, IReadOnlyList<(string Pointer, string Detail)> Fields, string TraceId)
{
    public static async Task<RestProblem> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(
            response.Content.Headers.ContentType?.MediaType == "application/problem+json",
            $"Expected problem details, got {(int)response.StatusCode} {response.Content.Headers.ContentType}: {text}");
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement;
        List<(string, string)> fields = [];
        if (root.TryGetProperty("errors", out JsonElement errors))
        {
            fields.AddRange(errors.EnumerateArray().Select(e => (
                (e.TryGetProperty("pointer", out JsonElement pointer) ? pointer : e.GetProperty("parameter")).GetString()!,
                e.GetProperty("detail").GetString()!)));
        }

        Assert.Equal((int)response.StatusCode, root.GetProperty("status").GetInt32());
        return new RestProblem(
            (int)response.StatusCode, root.GetProperty("code").GetString()!, root.GetProperty("detail").GetString()!, fields, root.GetProperty("traceId").GetString()!);
    }
}
