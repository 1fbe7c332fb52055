using Google.Protobuf;

namespace EasyQuant.Gateway.Rest;

/// <summary>The JSON form of proto messages that REST speaks: canonical proto3 JSON, 64-bit integers as strings, enums by name, defaults shown.</summary>
internal static class RestJson
{
    /// <summary>Deepest nesting of a JSON body.</summary>
    public const int DepthMax = 64;

    /// <summary>Writes messages.</summary>
    public static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    /// <summary>Reads messages; unknown fields are errors.</summary>
    public static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(false));
}
