using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="JsonMapNode"/>.</summary>
public sealed record JsonMapParameters
{
    /// <summary>The value to build; <c>${item}</c> reads the input. Null (default) passes the input on.</summary>
    [Title("Value", "值")]
    [Hint("JSON with expressions; ${item} is the input.", "含表达式的 JSON；${item} 为输入值。")]
    public JsonTemplate? Value { get; init; }

    /// <summary>Members to keep of the built object, or of each object of a built array; empty (default) keeps all.</summary>
    [Title("Fields", "字段")]
    [Hint("Members to keep; empty keeps all.", "保留的字段；留空则全部保留。")]
    [ItemCount(0, 1000)]
    public IReadOnlyList<string> Fields { get; init; } = [];
}
