namespace EasyQuant.Nodes.Control;

/// <summary>Comparison of a Branch.</summary>
public enum BranchOperator
{
    /// <summary>Both sides are the same JSON value; numbers by value.</summary>
    Equal,

    /// <summary>The sides differ.</summary>
    NotEqual,

    /// <summary>Left is below right: two numbers, or two texts by code units.</summary>
    Less,

    /// <summary>Left is at most right.</summary>
    LessOrEqual,

    /// <summary>Left is above right.</summary>
    Greater,

    /// <summary>Left is at least right.</summary>
    GreaterOrEqual,

    /// <summary>Left, a list, has the right side as an item; or left, a text, contains the text at the right.</summary>
    Contains,

    /// <summary>Left is null, an empty text, list or object. The right side is not read.</summary>
    IsEmpty,

    /// <summary>Left is true, a number other than 0, or not empty. The right side is not read.</summary>
    IsTrue,
}
