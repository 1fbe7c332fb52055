using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Cli.Remote;

/// <summary>A channel with key, deadline and output form.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Key">API key; empty sends none.</param>
/// <param name="Deadline">Longest time of a unary call.</param>
/// <param name="Json">Whether answers are printed as JSON.</param>
public sealed record Connection(GrpcChannel Channel, string Key, TimeSpan Deadline, bool Json)
{
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(false).WithIndentation());
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Options of a unary call.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Headers, deadline and token.</returns>
    public CallOptions Unary(CancellationToken cancellationToken) => new(Headers(), DateTime.UtcNow + Deadline, cancellationToken);

    /// <summary>Options of a streaming call: no deadline, ended by the token.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Headers and token.</returns>
    public CallOptions Streaming(CancellationToken cancellationToken) => new(Headers(), cancellationToken: cancellationToken);

    /// <summary>Prints a message as indented JSON to standard output.</summary>
    /// <param name="message">The message.</param>
    public static void PrintJson(IMessage message) => Console.Out.WriteLine(s_formatter.Format(message));

    /// <summary>Prints a message with one more beside it as indented JSON to standard output.</summary>
    /// <param name="message">The message; its members are printed as they are.</param>
    /// <param name="beside">Name and message of a member that comes first.</param>
    public static void PrintJson(IMessage message, (string Name, IMessage Message) beside)
    {
        JsonObject all = new() { [beside.Name] = JsonNode.Parse(s_formatter.Format(beside.Message)) };
        foreach ((string name, JsonNode? value) in JsonNode.Parse(s_formatter.Format(message))!.AsObject())
        {
            all[name] = value?.DeepClone();
        }

        Console.Out.WriteLine(all.ToJsonString(s_json));
    }

    /// <summary>The headers of a call, for clients that make their own.</summary>
    /// <returns>The key; empty without one.</returns>
    public Metadata Headers()
    {
        Metadata headers = [];
        if (Key.Length > 0)
        {
            headers.Add("authorization", "Bearer " + Key);
        }

        return headers;
    }
}
