using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="BranchNode"/>.</summary>
public sealed record BranchParameters
{
    /// <summary>Left side; <c>${item}</c> reads the input value. Default <c>${item}</c>.</summary>
    [Title("Left", "左值")]
    [Hint("What is compared; ${item} is the input value.", "被比较的值；${item} 为输入值。")]
    public JsonTemplate? Left { get; init; }

    /// <summary>How the sides are compared. Default <see cref="BranchOperator.Equal"/>.</summary>
    [Title("Operator", "运算符")]
    public BranchOperator Operator { get; init; }

    /// <summary>Right side. Default null.</summary>
    [Title("Right", "右值")]
    public JsonTemplate? Right { get; init; }
}
