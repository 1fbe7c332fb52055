using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// Compares a JSON value with a message type before it is parsed, so that every fault is found at once and named by its JSON
/// pointer. Stateless but for the list it fills; one instance a body.
/// </summary>
internal sealed class JsonShape
{
    /// <summary>Most faults that are reported for one body.</summary>
    public const int ProblemsMax = 32;

    private const double ExactIntegerLimit = 9007199254740992; // 2^53: from there on a JSON number may have been rounded.
    private readonly List<FieldProblem> _problems = [];

    /// <summary>Finds what keeps a JSON value from being the message.</summary>
    /// <param name="json">The body; its depth is bounded by the JSON reader.</param>
    /// <param name="message">The type it must have.</param>
    /// <returns>The faults in order of the body; empty when it fits.</returns>
    public static IReadOnlyList<FieldProblem> Check(JsonElement json, MessageDescriptor message)
    {
        var shape = new JsonShape();
        shape.CheckMessage(json, message, "");
        return shape._problems;
    }

    /// <summary>Finds what keeps a JSON value from being the value of a field.</summary>
    /// <param name="json">The body.</param>
    /// <param name="field">The field that it fills.</param>
    /// <returns>The faults in order of the body; empty when it fits.</returns>
    public static IReadOnlyList<FieldProblem> Check(JsonElement json, FieldDescriptor field)
    {
        var shape = new JsonShape();
        shape.CheckField(json, field, "");
        return shape._problems;
    }

    private void CheckMessage(JsonElement json, MessageDescriptor message, string pointer)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            AddType(pointer, "an object", json);
            return;
        }

        var seenOneofs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty property in json.EnumerateObject())
        {
            string at = pointer + "/" + Escape(property.Name);
            if (MessageFields.Find(message, property.Name) is not { } field)
            {
                Add(at, "UNKNOWN_FIELD", $"'{FieldText.Show(property.Name)}' is not a field of {message.Name}; it has {FieldNames(message)}.");
                continue;
            }

            CheckField(property.Value, field, at);
            if (field.RealContainingOneof is { } oneof && property.Value.ValueKind != JsonValueKind.Null
                && !seenOneofs.TryAdd(oneof.Name, property.Name))
            {
                Add(at, "FIELD_CONFLICT", $"Only one of '{seenOneofs[oneof.Name]}' and '{property.Name}' may be set.");
            }
        }
    }

    private void CheckField(JsonElement json, FieldDescriptor field, string pointer)
    {
        bool isValue = field.FieldType == FieldType.Message && field.MessageType.FullName == "google.protobuf.Value";
        if (json.ValueKind == JsonValueKind.Null && !isValue)
        {
            return; // null means unset.
        }

        if (field.IsMap)
        {
            CheckMap(json, field, pointer);
        }
        else if (field.IsRepeated)
        {
            CheckArray(json, field, pointer);
        }
        else
        {
            CheckSingle(json, field, pointer);
        }
    }

    private void CheckMap(JsonElement json, FieldDescriptor field, string pointer)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            AddType(pointer, "an object", json);
            return;
        }

        FieldDescriptor key = field.MessageType.FindFieldByNumber(1);
        FieldDescriptor value = field.MessageType.FindFieldByNumber(2);
        foreach (JsonProperty property in json.EnumerateObject())
        {
            string at = pointer + "/" + Escape(property.Name);
            if (FieldText.Parse(key, property.Name, out string? expected) is null)
            {
                Add(at, "FIELD_TYPE", $"The key must be {expected}, was '{FieldText.Show(property.Name)}'.");
            }

            CheckSingle(property.Value, value, at);
        }
    }

    private void CheckArray(JsonElement json, FieldDescriptor field, string pointer)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            AddType(pointer, "an array", json);
            return;
        }

        int index = 0;
        foreach (JsonElement item in json.EnumerateArray())
        {
            CheckSingle(item, field, pointer + "/" + index.ToString(CultureInfo.InvariantCulture));
            index++;
        }
    }

    private void CheckSingle(JsonElement json, FieldDescriptor field, string pointer)
    {
        if (field.FieldType != FieldType.Message)
        {
            CheckScalar(json, field, pointer);
            return;
        }

        MessageDescriptor message = field.MessageType;
        switch (message.FullName)
        {
            case "google.protobuf.Value":
                return;
            case "google.protobuf.Struct" or "google.protobuf.Any":
                Require(json.ValueKind == JsonValueKind.Object, pointer, field, json);
                return;
            case "google.protobuf.ListValue":
                Require(json.ValueKind == JsonValueKind.Array, pointer, field, json);
                return;
            case "google.protobuf.Timestamp" or "google.protobuf.Duration" or "google.protobuf.FieldMask":
                Require(json.ValueKind == JsonValueKind.String && FieldText.Parse(field, json.GetString()!, out _) is not null, pointer, field, json);
                return;
        }

        if (FieldText.IsWrapper(message))
        {
            CheckScalar(json, message.FindFieldByNumber(1), pointer);
        }
        else
        {
            CheckMessage(json, message, pointer);
        }
    }

    private void CheckScalar(JsonElement json, FieldDescriptor field, string pointer)
    {
        bool fits = field.FieldType switch
        {
            FieldType.Bool => json.ValueKind is JsonValueKind.True or JsonValueKind.False,
            FieldType.String => json.ValueKind == JsonValueKind.String,
            FieldType.Bytes or FieldType.Enum => IsText(json, field) || (field.FieldType == FieldType.Enum && IsInteger(json, field)),
            FieldType.Double or FieldType.Float => json.ValueKind == JsonValueKind.Number || IsText(json, field),
            _ => IsInteger(json, field) || IsText(json, field),
        };
        Require(fits, pointer, field, json);
    }

    private static bool IsText(JsonElement json, FieldDescriptor field) =>
        json.ValueKind == JsonValueKind.String && FieldText.Parse(field, json.GetString()!, out _) is not null;

    private static bool IsInteger(JsonElement json, FieldDescriptor field)
    {
        // 2^53 is exact itself, but so reads 2^53 + 1: only what cannot have been rounded is taken.
        bool isNumber = json.ValueKind == JsonValueKind.Number;
        double number = isNumber && json.TryGetDouble(out double read) ? read : double.NaN;
        if (!(number == Math.Floor(number) && Math.Abs(number) < ExactIntegerLimit))
        {
            return false;
        }

        return field.FieldType switch
        {
            FieldType.Enum => field.EnumType.FindValueByNumber((int)Math.Clamp(number, int.MinValue, int.MaxValue)) is not null,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => number is >= int.MinValue and <= int.MaxValue,
            FieldType.UInt32 or FieldType.Fixed32 => number is >= 0 and <= uint.MaxValue,
            FieldType.UInt64 or FieldType.Fixed64 => number >= 0,
            _ => true,
        };
    }

    private void Require(bool fits, string pointer, FieldDescriptor field, JsonElement json)
    {
        if (!fits)
        {
            AddType(pointer, FieldText.Expected(field), json);
        }
    }

    private void AddType(string pointer, string expected, JsonElement json) =>
        Add(pointer, "FIELD_TYPE", $"{(pointer.Length == 0 ? "The body" : pointer)} must be {expected}, was {Describe(json)}.");

    private void Add(string pointer, string code, string detail)
    {
        if (_problems.Count < ProblemsMax)
        {
            _problems.Add(new FieldProblem(pointer, null, code, detail));
        }
    }

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the string \"{FieldText.Show(json.GetString())}\"",
        JsonValueKind.Number => $"the number {FieldText.Show(json.GetRawText())}",
        JsonValueKind.Null => "null",
        _ => json.GetRawText(),
    };

    private static string FieldNames(MessageDescriptor message)
    {
        IList<FieldDescriptor> fields = message.Fields.InDeclarationOrder();
        return fields.Count == 0 ? "no fields" : string.Join(", ", fields.Take(24).Select(f => f.JsonName));
    }

    private static string Escape(string name) =>
        FieldText.Show(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
