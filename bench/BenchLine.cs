using System.Globalization;
using System.Text.Json;

namespace EasyQuant.Bench;

/// <summary>One measured figure, printed as a JSON line.</summary>
public static class BenchLine
{
    /// <summary>Prints {"bench","metric","value","unit","reference"}.</summary>
    /// <param name="bench">Name of the benchmark.</param>
    /// <param name="metric">What was measured.</param>
    /// <param name="value">The figure.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="reference">The reference's own figure and name; null when the figure stands alone.</param>
    public static void Print(string bench, string metric, double value, string unit, string? reference = null)
    {
        string number = value.ToString(Math.Abs(value) >= 1000 ? "0" : "0.####", CultureInfo.InvariantCulture);
        string text = reference is null ? "null" : JsonSerializer.Serialize(reference);
        Console.Out.WriteLine($"{{\"bench\":\"{bench}\",\"metric\":\"{metric}\",\"value\":{number},\"unit\":\"{unit}\",\"reference\":{text}}}");
    }
}
