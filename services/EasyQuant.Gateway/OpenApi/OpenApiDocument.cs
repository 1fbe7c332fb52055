using System.Text.Json.Nodes;
using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Rest;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.OpenApi;

/// <summary>Writes the OpenAPI 3.1 document of the REST interface from the descriptors and the comments of the .proto files.</summary>
internal static class OpenApiDocument
{
    private const string ProblemSchema = "Problem";

    /// <summary>Writes the document.</summary>
    /// <param name="bindings">Every route.</param>
    /// <param name="comments">Descriptions.</param>
    /// <returns>The document; the same input gives the same JSON.</returns>
    public static JsonObject Write(IReadOnlyList<RestBinding> bindings, ProtoComments comments)
    {
        var schemas = new OpenApiSchemas(comments);
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (RestBinding binding in bindings)
        {
            string path = PathOf(binding);
            paths.TryAdd(path, []);
            paths[path][binding.HttpMethod.ToLowerInvariant()] = Operation(binding, comments, schemas);
        }

        JsonObject components = schemas.Components;
        components[ProblemSchema] = Problem();
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "EasyQuant.Aspire",
                ["version"] = "v1",
                ["description"] = "The REST form of the platform's gRPC services. 64-bit integers are strings; unknown fields are errors. "
                    + "The .proto files are at /protos.zip.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["apiKey"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. bindings.Select(b => b.Method.Service).Distinct().Select(s => (JsonNode)new JsonObject
            {
                ["name"] = s.Name,
                ["description"] = comments.Of(s.FullName),
            })]),
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value))),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key: eq_..." },
                    ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-api-key" },
                },
                ["schemas"] = components,
                ["responses"] = new JsonObject
                {
                    [ProblemSchema] = new JsonObject
                    {
                        ["description"] = "Not a success; `code` says why.",
                        ["content"] = new JsonObject
                        {
                            [ProblemWriter.ContentType] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{ProblemSchema}" } },
                        },
                    },
                },
            },
        };
    }

    /// <summary>Path of a route as OpenAPI writes it: variables by field name.</summary>
    /// <param name="binding">The route.</param>
    /// <returns>For example <c>/api/v1/runs/{runId}:cancel</c>.</returns>
    public static string PathOf(RestBinding binding)
    {
        string path = binding.Path.RoutePattern.Replace("{**", "{", StringComparison.Ordinal);
        foreach ((PathVariable variable, FieldPath field) in binding.PathFields)
        {
            string pattern = string.Join('/', variable.Parts.Select(p => p.StartsWith('{') ? p + "}" : p));
            path = path.Replace(pattern, $"{{{field.JsonPath}}}", StringComparison.Ordinal);
        }

        return path;
    }

    private static JsonObject Operation(RestBinding binding, ProtoComments comments, OpenApiSchemas schemas)
    {
        MethodDescriptor method = binding.Method;
        string comment = comments.Of(method.FullName);
        string scope = MethodScopes.NameOf(MethodScopes.Of(method));
        int end = comment.IndexOf(". ", StringComparison.Ordinal);
        var operation = new JsonObject
        {
            ["operationId"] = $"{method.Service.Name}_{method.Name}{(binding.Index == 0 ? "" : $"_{binding.Index}")}",
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = (end < 0 ? comment : comment[..end]).TrimEnd('.'),
            ["description"] = $"{comment} Scope: {scope}.".Trim(),
            ["x-scope"] = scope,
            ["parameters"] = Parameters(binding, schemas),
        };
        if (binding.HasBody)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = Json("application/json", binding.BodyField is { } field ? schemas.Of(field) : schemas.Of(method.InputType)),
            };
        }

        operation["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = binding.IsFile ? "The file." : method.IsServerStreaming ? "Server-sent events; the data of each is one message." : "The answer.",
                ["content"] = binding.IsFile ? Json("*/*", new JsonObject { ["type"] = "string", ["format"] = "binary" }) : Json(
                    method.IsServerStreaming ? "text/event-stream" : "application/json",
                    binding.ResponseField is { } part ? schemas.Of(part) : schemas.Of(method.OutputType)),
            },
            ["default"] = new JsonObject { ["$ref"] = $"#/components/responses/{ProblemSchema}" },
        };
        return operation;
    }

    private static JsonArray Parameters(RestBinding binding, OpenApiSchemas schemas)
    {
        var parameters = new JsonArray();
        foreach ((PathVariable _, FieldPath field) in binding.PathFields)
        {
            parameters.Add(Parameter(field.JsonPath, "path", schemas.Of(field.Field)));
        }

        if (!binding.HasBody || binding.BodyField is not null)
        {
            foreach (FieldDescriptor field in binding.Method.InputType.Fields.InDeclarationOrder().Where(f => IsQuery(binding, f)))
            {
                parameters.Add(Parameter(field.JsonName, "query", schemas.Of(field)));
            }
        }

        parameters.Add(Parameter("x-timeout", "header", new JsonObject
        {
            ["type"] = "number",
            ["exclusiveMinimum"] = 0,
            ["description"] = "Deadline of the call in seconds.",
        }));
        if (binding.Method.IsServerStreaming && binding.Method.InputType.FindFieldByName("after_sequence") is not null)
        {
            parameters.Add(Parameter("Last-Event-ID", "header", new JsonObject
            {
                ["type"] = "string",
                ["description"] = "Id of the last event seen; the stream continues after it. Browsers send it by themselves.",
            }));
        }

        return parameters;
    }

    private static bool IsQuery(RestBinding binding, FieldDescriptor field) =>
        field != binding.BodyField
        && !field.IsMap
        && binding.PathFields.All(p => p.Field.Field != field)
        && (field.FieldType != FieldType.Message || field.MessageType.FullName is "google.protobuf.Timestamp" or "google.protobuf.Duration" or "google.protobuf.FieldMask"
            || FieldText.IsWrapper(field.MessageType));

    private static JsonObject Parameter(string name, string place, JsonObject schema)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (place == "path")
        {
            parameter["required"] = true;
        }

        if (schema["description"] is { } description)
        {
            parameter["description"] = description.GetValue<string>();
            schema.Remove("description");
        }

        parameter["schema"] = schema;
        return parameter;
    }

    private static JsonObject Json(string mediaType, JsonObject schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Problem()
    {
        static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = "RFC 9457 problem details.",
            ["required"] = new JsonArray("type", "title", "status", "detail", "code", "traceId"),
            ["properties"] = new JsonObject
            {
                ["type"] = Text("URI of the code: urn:easyquant:error:<code>."),
                ["title"] = Text("Name of the HTTP status."),
                ["status"] = new JsonObject { ["type"] = "integer", ["description"] = "HTTP status." },
                ["detail"] = Text("What was expected and what came."),
                ["code"] = Text("Reason in UPPER_SNAKE, the same as in gRPC's ErrorInfo."),
                ["errors"] = new JsonObject
                {
                    ["type"] = "array",
                    ["description"] = "The refused fields.",
                    ["items"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("detail"),
                        ["properties"] = new JsonObject
                        {
                            ["pointer"] = Text("JSON pointer into the body."),
                            ["parameter"] = Text("Name of a path, query or header parameter."),
                            ["code"] = Text("Reason in UPPER_SNAKE."),
                            ["detail"] = Text("What was expected and what came."),
                        },
                    },
                },
                ["metadata"] = new JsonObject
                {
                    ["type"] = "object",
                    ["description"] = "Values that belong to the code.",
                    ["additionalProperties"] = new JsonObject { ["type"] = "string" },
                },
                ["traceId"] = Text("Id of the request in the traces."),
            },
        };
    }
}
