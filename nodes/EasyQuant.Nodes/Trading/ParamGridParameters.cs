using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="ParamGridNode"/>.</summary>
public sealed record ParamGridParameters
{
    /// <summary>
    /// An object: each member is a list of values, a range <c>{"from", "to", "step"}</c> (both ends included, numbers or decimal text), or a
    /// single value.
    /// </summary>
    [Title("Values", "取值")]
    [Hint(
        "Object; each member is a list, a range {from, to, step} with both ends included, or one value.",
        "对象；每个成员是列表、含两端的区间 {from, to, step} 或单个值。")]
    public required JsonTemplate Values { get; init; }
}
