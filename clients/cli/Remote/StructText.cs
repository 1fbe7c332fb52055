using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Cli.Remote;

/// <summary>Figures of the server as lines of text.</summary>
internal static class StructText
{
    /// <summary>Returns the text of a number, a text or a truth value; a dash for what is unknown.</summary>
    public static string Of(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.NumberValue => value.NumberValue.ToString("0.######", CultureInfo.InvariantCulture),
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        _ => "-",
    };

    /// <summary>Writes a line for each figure by name, those within others further in.</summary>
    /// <param name="figures">The figures; null writes nothing.</param>
    /// <param name="indent">Spaces before a line.</param>
    public static void Print(Struct? figures, int indent)
    {
        string space = new(' ', indent);
        foreach ((string name, Value value) in figures?.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).AsEnumerable() ?? [])
        {
            if (value.KindCase is not (Value.KindOneofCase.StructValue or Value.KindOneofCase.ListValue))
            {
                Console.Out.WriteLine($"{space}{name}: {Of(value)}");
                continue;
            }

            Console.Out.WriteLine($"{space}{name}:");
            Print(value.StructValue, indent + 2);
            foreach (Value element in value.ListValue?.Values.AsEnumerable() ?? [])
            {
                Console.Out.WriteLine($"{space}  - {Line(element)}");
            }
        }
    }

    private static string Line(Value value) => value.KindCase == Value.KindOneofCase.StructValue
        ? string.Join(", ", value.StructValue.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Line(pair.Value)}"))
        : Of(value);
}
