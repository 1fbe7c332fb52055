using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Rest;

/// <summary>Fields of a message by JSON name and by proto name; JSON readers take both.</summary>
internal static class MessageFields
{
    // Bounded by the number of message types that the contracts declare.
    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> s_fields = new();

    /// <summary>Finds a field.</summary>
    /// <param name="message">The message type.</param>
    /// <param name="name">JSON or proto name, by case.</param>
    /// <returns>The field, or null.</returns>
    public static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        s_fields.GetOrAdd(message, Read).GetValueOrDefault(name);

    private static FrozenDictionary<string, FieldDescriptor> Read(MessageDescriptor message)
    {
        var fields = new Dictionary<string, FieldDescriptor>(StringComparer.Ordinal);
        foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
        {
            fields[field.Name] = field;
            fields[field.JsonName] = field;
        }

        return fields.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
