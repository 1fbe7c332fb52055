using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EasyQuant.Flow;

/// <summary>Reads and writes a <see cref="JsonTemplate"/> as the JSON it was compiled from.</summary>
public sealed class JsonTemplateConverter : JsonConverter<JsonTemplate>
{
    /// <summary>Gets false: JSON null gives a null template.</summary>
    public override bool HandleNull => false;

    /// <summary>Compiles the value at the reader.</summary>
    /// <exception cref="JsonException">An expression in it is wrong.</exception>
    public override JsonTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonNode? value = JsonNode.Parse(ref reader);
        var errors = new List<(string Pointer, string Message)>();
        JsonTemplate template = JsonTemplate.Compile(value, errors);
        return errors.Count == 0 ? template : throw new JsonException($"{errors[0].Pointer}: {errors[0].Message}.");
    }

    /// <summary>Writes the value as it was written.</summary>
    public override void Write(Utf8JsonWriter writer, JsonTemplate value, JsonSerializerOptions options)
    {
        if (value.Source is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.Source.WriteTo(writer, options);
        }
    }
}
