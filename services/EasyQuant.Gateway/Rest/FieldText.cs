using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Gateway.Rest;

/// <summary>Field values written as plain text, as in a path or a query, and the names of field types in error messages.</summary>
internal static class FieldText
{
    private const int ShownCharsMax = 80;

    /// <summary>Parses one value of a field.</summary>
    /// <param name="field">The field; for a repeated one the text is an element.</param>
    /// <param name="text">The text.</param>
    /// <param name="expected">What the text should have been, when the result is null.</param>
    /// <returns>The boxed value that the field's accessor takes, or null.</returns>
    public static object? Parse(FieldDescriptor field, string text, out string? expected)
    {
        object? value = field.FieldType == FieldType.Message ? ParseMessage(field.MessageType, text) : ParseScalar(field, text);
        expected = value is null ? Expected(field) : null;
        return value;
    }

    /// <summary>Says what JSON a single value of a field is, with its article: "a 64-bit integer", "one of A, B".</summary>
    /// <param name="field">The field; its repetition is not looked at.</param>
    /// <returns>The words.</returns>
    public static string Expected(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => "true or false",
        FieldType.String => "a string",
        FieldType.Bytes => "a base64 string",
        FieldType.Double or FieldType.Float => "a number",
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => "a 32-bit integer",
        FieldType.UInt32 or FieldType.Fixed32 => "a 32-bit integer of at least 0",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => "a 64-bit integer",
        FieldType.UInt64 or FieldType.Fixed64 => "a 64-bit integer of at least 0",
        FieldType.Enum => "one of " + string.Join(", ", field.EnumType.Values.Take(16).Select(v => v.Name)),
        _ => ExpectedMessage(field.MessageType),
    };

    /// <summary>Shortens a value for an error message.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>At most 80 characters, no control characters.</returns>
    public static string Show(string? text)
    {
        string clean = string.Concat((text ?? "").Select(c => char.IsControl(c) ? '?' : c));
        return clean.Length <= ShownCharsMax ? clean : string.Concat(clean.AsSpan(0, ShownCharsMax - 1), "…");
    }

    /// <summary>Tells whether a message is a wrapper of <c>google/protobuf/wrappers.proto</c>, whose JSON is the bare value.</summary>
    /// <param name="message">The message.</param>
    /// <returns>True for the nine wrappers.</returns>
    public static bool IsWrapper(MessageDescriptor message) => message.File.Name == "google/protobuf/wrappers.proto";

    private static object? ParseScalar(FieldDescriptor field, string text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        const NumberStyles Integer = NumberStyles.AllowLeadingSign;
        return field.FieldType switch
        {
            FieldType.String => text,
            FieldType.Bool => text switch { "true" => true, "false" => false, _ => null },
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => int.TryParse(text, Integer, culture, out int i) ? i : null,
            FieldType.UInt32 or FieldType.Fixed32 => uint.TryParse(text, NumberStyles.None, culture, out uint u) ? u : null,
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.TryParse(text, Integer, culture, out long l) ? l : null,
            FieldType.UInt64 or FieldType.Fixed64 => ulong.TryParse(text, NumberStyles.None, culture, out ulong ul) ? ul : null,
            FieldType.Double => double.TryParse(text, NumberStyles.Float, culture, out double d) ? d : null,
            FieldType.Float => float.TryParse(text, NumberStyles.Float, culture, out float f) ? f : null,
            FieldType.Enum => field.EnumType.FindValueByName(text)?.Number,
            FieldType.Bytes => ParseBytes(text),
            _ => null,
        };
    }

    private static ByteString? ParseBytes(string text)
    {
        byte[] buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out int length) ? ByteString.CopyFrom(buffer, 0, length) : null;
    }

    private static object? ParseMessage(MessageDescriptor message, string text)
    {
        if (IsWrapper(message))
        {
            return ParseScalar(message.FindFieldByNumber(1), text);
        }

        if (!IsTextMessage(message))
        {
            return null;
        }

        try
        {
            return RestJson.Parser.Parse(JsonSerializer.Serialize(text), message);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static bool IsTextMessage(MessageDescriptor message) =>
        message.FullName == Timestamp.Descriptor.FullName || message.FullName == Duration.Descriptor.FullName || message.FullName == FieldMask.Descriptor.FullName;

    private static string ExpectedMessage(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => "an RFC 3339 time such as \"2026-01-05T09:30:00Z\"",
        "google.protobuf.Duration" => "a duration such as \"1.5s\"",
        "google.protobuf.FieldMask" => "field names joined by commas",
        "google.protobuf.ListValue" => "an array",
        _ when IsWrapper(message) => Expected(message.FindFieldByNumber(1)),
        _ => "an object",
    };
}
