using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Rest;

/// <summary>A field of a message or of its nested messages, named by a path such as <c>page_size</c> or <c>filter.state</c>. Immutable.</summary>
internal sealed class FieldPath
{
    private readonly FieldDescriptor[] _fields;

    private FieldPath(FieldDescriptor[] fields) => _fields = fields;

    /// <summary>The field at the end of the path.</summary>
    public FieldDescriptor Field => _fields[^1];

    /// <summary>The path in JSON names, joined by dots.</summary>
    public string JsonPath => string.Join('.', _fields.Select(f => f.JsonName));

    /// <summary>Finds a path; every field before the last must be a single message.</summary>
    /// <param name="message">Where the path starts.</param>
    /// <param name="path">Proto or JSON names joined by dots.</param>
    /// <returns>The path, or null when a name does not exist or cannot be entered.</returns>
    public static FieldPath? Resolve(MessageDescriptor message, string path)
    {
        string[] names = path.Split('.');
        var fields = new FieldDescriptor[names.Length];
        MessageDescriptor? current = message;
        for (int i = 0; i < names.Length; i++)
        {
            if (current is null || MessageFields.Find(current, names[i]) is not { } field)
            {
                return null;
            }

            fields[i] = field;
            current = field is { IsRepeated: false, FieldType: FieldType.Message } ? field.MessageType : null;
        }

        return new FieldPath(fields);
    }

    /// <summary>Reads the field; null when a message on the way is not set.</summary>
    /// <param name="message">The message that the path starts in.</param>
    /// <returns>The value.</returns>
    public object? Get(IMessage message)
    {
        object? value = message;
        foreach (FieldDescriptor field in _fields)
        {
            if (value is null)
            {
                return null;
            }

            value = field.Accessor.GetValue((IMessage)value);
        }

        return value;
    }

    /// <summary>Sets the field from texts, creating the messages on the way. A repeated field gets one element for each text.</summary>
    /// <param name="message">The message that the path starts in.</param>
    /// <param name="texts">At least one; exactly one for a single field.</param>
    /// <returns>What was expected, when a text does not fit; null when the field was set.</returns>
    public string? Set(IMessage message, IReadOnlyList<string?> texts)
    {
        IMessage target = message;
        foreach (FieldDescriptor field in _fields.AsSpan(0, _fields.Length - 1))
        {
            if (field.Accessor.GetValue(target) is not IMessage next)
            {
                next = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                field.Accessor.SetValue(target, next);
            }

            target = next;
        }

        if (!Field.IsRepeated && texts.Count > 1)
        {
            return $"must be given once, was given {texts.Count} times";
        }

        foreach (string? text in texts)
        {
            if (FieldText.Parse(Field, text ?? "", out string? expected) is not { } value)
            {
                return $"must be {expected}, was '{FieldText.Show(text)}'";
            }

            if (Field.IsRepeated)
            {
                ((IList)Field.Accessor.GetValue(target)).Add(value);
            }
            else
            {
                Field.Accessor.SetValue(target, value);
            }
        }

        return null;
    }
}
