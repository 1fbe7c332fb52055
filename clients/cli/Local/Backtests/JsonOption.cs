using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Cli.Local.Backtests;

/// <summary>Options whose value is JSON, or the name of a file that holds it.</summary>
internal static class JsonOption
{
    /// <summary>Reads the value: JSON when it starts as an object or an array, else a file.</summary>
    /// <param name="option">Name of the option, for messages.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FormatException">It is no JSON, or no file that can be read.</exception>
    public static JsonNode Read(string option, string value)
    {
        string text = value;
        if (value.TrimStart() is not ['{' or '[', ..])
        {
            try
            {
                text = File.ReadAllText(value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new FormatException($"{option} must be JSON or a file of it: {e.Message}", e);
            }
        }

        try
        {
            return JsonNode.Parse(text) ?? throw new FormatException($"{option} is null; leave the option out.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{option} is not JSON: {e.Message}", e);
        }
    }
}
