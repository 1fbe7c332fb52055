using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Data;

/// <summary>
/// Headers of a node's requests: texts, and references to secrets. The value of a secret is read for each request, goes only to servers that may have it, and is
/// hidden in all that comes back. Thread-safe.
/// </summary>
internal sealed class NodeHeaders
{
    private readonly NodeExecution _execution;
    private readonly List<(string Name, string Text)> _texts = [];
    private readonly List<(string Name, SecretReference Reference)> _secrets = [];

    private NodeHeaders(NodeExecution execution)
    {
        _execution = execution;
        Mask = execution.Services.Get<SecretMask>() ?? new SecretMask();
    }

    /// <summary>Whether a secret is among them. Such a request follows no redirects.</summary>
    public bool HasSecrets => _secrets.Count > 0;

    /// <summary>What the run hides.</summary>
    public SecretMask Mask { get; }

    /// <summary>Reads the parameter <c>headers</c>; only objects that stand in it as written are references.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>, <c>HTTP_HEADER_INVALID</c>.</exception>
    public static NodeHeaders Read(NodeExecution execution, JsonTemplate? template)
    {
        var headers = new NodeHeaders(execution);
        if (template?.Source is JsonObject written && written.Any(header => header.Value is JsonObject))
        {
            var texts = new JsonObject();
            foreach ((string name, JsonNode? value) in written)
            {
                if (value is JsonObject item)
                {
                    headers._secrets.Add((name, SecretReference.TryRead(item, out SecretReference? reference, out string? error)
                        ? reference
                        : throw new NodeException("PARAMETER_TYPE", $"headers.{name} of node '{execution.NodeId}': {error}.")));
                }
                else
                {
                    texts[name] = value?.DeepClone();
                }
            }

            template = JsonTemplate.Compile(texts);
        }

        headers._texts.AddRange(HttpParts.Pairs(execution, template, "headers"));
        using var probe = new HttpRequestMessage();
        HttpParts.AddHeaders(probe, headers._texts);
        HttpParts.AddHeaders(probe, headers._secrets.Select(secret => (secret.Name, secret.Reference.Prefix)));
        return headers;
    }

    /// <summary>Whether a header of this name is among them.</summary>
    public bool Contains(string name) =>
        _texts.Any(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) || _secrets.Any(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Adds the headers to a request and sends it; what comes back hides all secrets of the run.</summary>
    /// <exception cref="NodeException">
    /// As <see cref="HttpDoor.SendAsync"/>; <c>SECRET_NOT_FOUND</c>, <c>SECRET_UNREADABLE</c>, <c>SECRETS_NOT_CONFIGURED</c>, <c>SECRET_HOST_FORBIDDEN</c>, <c>SECRET_VALUE_INVALID</c>.
    /// </exception>
    public async Task<HttpAnswer> SendAsync(
        HttpDoor door, HttpRequestMessage request, double requestsPerSecond, int bytesMax, TimeSpan timeout, CancellationToken cancellationToken)
    {
        HttpParts.AddHeaders(request, _texts);
        foreach ((string name, SecretReference reference) in _secrets)
        {
            string value = await ValueAsync(door, request.RequestUri!, name, reference.Name, cancellationToken);
            HttpParts.AddHeaders(request, [(name, reference.Prefix + value)]);
        }

        try
        {
            HttpAnswer answer = await door.SendAsync(request, requestsPerSecond, bytesMax, timeout, follow: !HasSecrets, cancellationToken);
            return Mask.IsEmpty ? answer : answer with { ContentType = Mask.Apply(answer.ContentType), Charset = Mask.Apply(answer.Charset), Body = Mask.Apply(answer.Body) };
        }
        catch (NodeException e) when (!Mask.IsEmpty)
        {
            throw Mask.Apply(e);
        }
    }

    private async ValueTask<string> ValueAsync(HttpDoor door, Uri url, string header, string name, CancellationToken cancellationToken)
    {
        string place = $"headers.{header} of node '{_execution.NodeId}', secret '{name}'";
        SecretValue secret;
        try
        {
            secret = await _execution.Services.Require<ISecretSource>("the secrets of the project").ReadAsync(name, cancellationToken);
        }
        catch (NodeException e) when (e.Reason.StartsWith("SECRET", StringComparison.Ordinal))
        {
            throw new NodeException(e.Reason, $"{place}: {e.Message}", e.IsTransient, e);
        }

        if ((secret.Hosts is { } hosts && !SecretHosts.Allow(hosts, url)) || !door.IsTrusted(url))
        {
            throw new NodeException(
                "SECRET_HOST_FORBIDDEN",
                $"{place}: {url.Scheme}://{url.Authority} may not receive it: the server must be named at the secret (eq secrets set {name} --host ...) and be called by https, unless the operator allows it by name.");
        }

        Mask.Add(secret.Value);
        return secret.Value.All(c => c is >= ' ' and <= '~')
            ? secret.Value
            : throw new NodeException("SECRET_VALUE_INVALID", $"{place}: its value has characters that a header cannot carry, a line break for example.");
    }
}
