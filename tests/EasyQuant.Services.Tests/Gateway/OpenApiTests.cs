using System.IO.Compression;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Gateway.OpenApi;
using EasyQuant.Gateway.Pages;
using EasyQuant.Gateway.Rest;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>The API description, the .proto archive and the landing page.</summary>
public sealed class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly IReadOnlyList<RestBinding> s_bindings = RestBinding.ReadAll(ServiceOwners.OfPlatform().Methods);

    private static readonly JsonObject s_document = OpenApiDocument.Write(
        s_bindings, new ProtoComments(ProtoArchive.Read(typeof(Run).Assembly).Select(p => p.Text)));

    [Fact]
    public void Document_OfThePlatform_HasEveryRouteOnce()
    {
        var routes = new List<string>();
        foreach ((string path, JsonNode? operations) in s_document["paths"]!.AsObject())
        {
            routes.AddRange(operations!.AsObject().Select(o => $"{o.Key.ToUpperInvariant()} {path}"));
        }

        Assert.Equal(s_bindings.Select(b => $"{b.HttpMethod} {OpenApiDocument.PathOf(b)}").Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
        Assert.Contains("POST /api/v1/runs/{runId}:cancel", routes);
        Assert.Contains("GET /api/v1/workflows/{name}/versions/{version}", routes);
    }

    [Fact]
    public void Document_OfThePlatform_IsWellFormed()
    {
        Assert.Equal("3.1.0", s_document["openapi"]!.GetValue<string>());
        JsonObject schemas = s_document["components"]!["schemas"]!.AsObject();
        string text = s_document.ToJsonString();
        foreach (System.Text.RegularExpressions.Match reference in System.Text.RegularExpressions.Regex.Matches(text, "\"#/components/schemas/([^\"]+)\""))
        {
            Assert.True(schemas.ContainsKey(reference.Groups[1].Value), reference.Value);
        }

        string[] ids = [.. Operations().Select(o => o["operationId"]!.GetValue<string>())];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        foreach (JsonObject operation in Operations())
        {
            Assert.NotEqual("", operation["summary"]!.GetValue<string>());
            Assert.NotNull(operation["responses"]!["default"]);
            Assert.NotNull(operation["responses"]!["200"]!["content"]);
            string[] names = [.. operation["parameters"]!.AsArray().Select(p => $"{p!["in"]} {p["name"]}")];
            Assert.Equal(names.Length, names.Distinct().Count());
        }
    }

    [Fact]
    public void Document_PathParameters_AreThoseOfThePath()
    {
        foreach ((string path, JsonNode? operations) in s_document["paths"]!.AsObject())
        {
            foreach ((string _, JsonNode? operation) in operations!.AsObject())
            {
                IEnumerable<string> declared = operation!["parameters"]!.AsArray().Where(p => p!["in"]!.GetValue<string>() == "path").Select(p => p!["name"]!.GetValue<string>());
                IEnumerable<string> written = System.Text.RegularExpressions.Regex.Matches(path, "\\{([^}]+)\\}").Select(m => m.Groups[1].Value);
                Assert.Equal(written, declared);
            }
        }
    }

    [Fact]
    public void Document_EveryFieldAndMessage_HasItsComment()
    {
        foreach ((string name, JsonNode? schema) in s_document["components"]!["schemas"]!.AsObject())
        {
            Assert.True(schema!["description"] is not null, name);
            foreach ((string field, JsonNode? property) in schema["properties"]?.AsObject() ?? [])
            {
                Assert.True(property!["description"] is not null, $"{name}.{field}");
            }
        }

        JsonNode seed = s_document["components"]!["schemas"]!["easyquant.run.v1.RunSpec"]!["properties"]!["seed"]!;
        Assert.Equal("""{"type":"string","format":"int64","description":"Seed of every random choice. Default 0."}""", seed.ToJsonString());
    }

    [Fact]
    public async Task Document_OverHttp_IsOpenAndCacheable()
    {
        using HttpResponseMessage first = await fixture.Host.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, null);
        Assert.Equal("3.1.0", JsonNode.Parse(await first.Content.ReadAsStringAsync())!["openapi"]!.GetValue<string>());
        using HttpResponseMessage second = await fixture.Host.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, null, ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(304, (int)second.StatusCode);
    }

    [Fact]
    public async Task Archive_OfProtos_HoldsEveryFileAndIsDeterministic()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/protos.zip", null, null);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("application/zip", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(ProtoArchive.Pack(ProtoArchive.Read(typeof(Run).Assembly)), bytes);
        using var archive = new ZipArchive(new MemoryStream(bytes));
        string[] names = [.. archive.Entries.Select(e => e.FullName)];
        Assert.Contains("easyquant/run/v1/run_service.proto", names);
        Assert.Contains("google/api/annotations.proto", names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        using var reader = new StreamReader(archive.GetEntry("easyquant/run/v1/run_service.proto")!.Open());
        Assert.StartsWith("syntax = \"proto3\";", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LandingPage_InBothLanguages_RunsNothingAndLeaksNothing()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/", null, null);

        string html = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("量化研究", html, StringComparison.Ordinal);
        Assert.Contains("/openapi/v1.json", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    private static IEnumerable<JsonObject> Operations() =>
        s_document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!.AsObject());
}
