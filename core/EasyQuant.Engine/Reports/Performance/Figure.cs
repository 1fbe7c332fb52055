using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One figure with what a page or an export needs to show it. Either the number or the amount is set; both null mean that the data cannot give it.</summary>
/// <param name="Name">snake_case name of JSON, CSV and docs/statistics.md.</param>
/// <param name="TitleEn">Title, English.</param>
/// <param name="TitleZh">Title, 中文.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Number">The value; finite.</param>
/// <param name="Amount">The value of a <see cref="FigureUnit.Money"/> figure.</param>
public sealed record Figure(string Name, string TitleEn, string TitleZh, FigureUnit Unit, double? Number, Money? Amount)
{
    /// <summary>Returns the JSON value: an amount as decimal text, a number as a number, an unknown figure as null.</summary>
    public JsonNode? ToJson() => Amount is { } amount ? JsonValue.Create(amount.ToString()) : Number is { } number ? JsonValue.Create(number) : null;

    internal static Figure Of(string name, string titleEn, string titleZh, FigureUnit unit, double? number) =>
        new(name, titleEn, titleZh, unit, number is { } value && double.IsFinite(value) ? value : null, null);

    internal static Figure Of(string name, string titleEn, string titleZh, FigureUnit unit, Money? amount) =>
        new(name, titleEn, titleZh, unit, null, amount);
}
