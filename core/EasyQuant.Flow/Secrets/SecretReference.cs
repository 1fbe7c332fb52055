using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// A reference to a secret as it stands in a definition: <c>{"secret": "broker-token"}</c>, or with a text in front of the value
/// <c>{"secret": "broker-token", "prefix": "Bearer "}</c>. Only what is written counts: a value of an expression is never a reference.
/// </summary>
/// <param name="Name">Name of the secret.</param>
/// <param name="Prefix">Text in front of the value; empty for none.</param>
public sealed record SecretReference(string Name, string Prefix)
{
    private const int PrefixLengthMax = 100;

    /// <summary>Reads a reference.</summary>
    /// <param name="value">The object as written.</param>
    /// <param name="reference">The reference, or null.</param>
    /// <param name="error">What is wrong, or null.</param>
    public static bool TryRead(JsonObject value, [NotNullWhen(true)] out SecretReference? reference, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(value);
        reference = null;
        error = null;
        string? unknown = value.Select(member => member.Key).FirstOrDefault(key => key is not ("secret" or "prefix"));
        string? prefix = value.ContainsKey("prefix") ? Text(value["prefix"]) : "";
        if (unknown is not null)
        {
            error = $"a reference to a secret has the members secret and prefix, not '{unknown}'";
        }
        else if (Text(value["secret"]) is not { } name || !FlowNames.IsName(name))
        {
            error = "secret must be the name of a secret, [a-z0-9][a-z0-9._-]{0,62}";
        }
        else if (prefix is null || prefix.Length > PrefixLengthMax || prefix.Contains("${", StringComparison.Ordinal) || prefix.Any(c => c is < ' ' or > '~'))
        {
            error = $"prefix must be a text of at most {PrefixLengthMax} printable ASCII characters without expressions, for example \"Bearer \"";
        }
        else
        {
            reference = new SecretReference(name, prefix);
        }

        return reference is not null;
    }

    /// <summary>What is wrong with the members of an object that are objects, that is references.</summary>
    /// <param name="value">The parameter as written.</param>
    /// <returns>Name of the member and what is wrong, in the order of the object.</returns>
    internal static IEnumerable<(string Name, string Problem)> ProblemsOf(JsonNode? value)
    {
        foreach ((string name, JsonNode? member) in value as JsonObject ?? [])
        {
            if (member is JsonObject written && !TryRead(written, out _, out string? problem))
            {
                yield return (name, problem);
            }
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
