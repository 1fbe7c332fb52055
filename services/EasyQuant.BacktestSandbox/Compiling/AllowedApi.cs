using System.Collections.Frozen;

namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>
/// What a strategy may name. A list of what is allowed, not of what is banned: whatever is new in a later runtime stays closed. It keeps
/// strategies deterministic (no clock, no chance without a seed, no threads) and is the first layer of protection; the process around
/// them is the boundary.
/// </summary>
internal static class AllowedApi
{
    private static readonly FrozenSet<string> s_namespaces = new[]
    {
        "EasyQuant.Domain", "EasyQuant.Engine", "EasyQuant.Indicators", "System.Collections", "System.Collections.Generic", "System.Collections.Immutable",
        "System.Globalization", "System.Linq", "System.Numerics", "System.Text",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_types = (
        "Object Void Boolean Byte SByte Int16 UInt16 Int32 UInt32 Int64 UInt64 Int128 UInt128 Half Single Double Decimal Char String "
        + "Math MathF Array ValueType Enum Nullable Tuple ValueTuple DateOnly TimeOnly DateTime DateTimeOffset TimeSpan DayOfWeek DateTimeKind Random "
        + "Exception SystemException ArgumentException ArgumentNullException ArgumentOutOfRangeException InvalidOperationException NotSupportedException "
        + "ArithmeticException OverflowException DivideByZeroException IndexOutOfRangeException FormatException NullReferenceException InvalidCastException "
        + "Span ReadOnlySpan Memory ReadOnlyMemory MemoryExtensions Index Range Func Action Predicate Comparison Converter Delegate MulticastDelegate "
        + "IComparable IEquatable IFormattable ISpanFormattable IParsable ISpanParsable IFormatProvider IDisposable ICloneable IConvertible "
        + "IUtf8SpanFormattable IUtf8SpanParsable StringComparison StringComparer "
        + "StringSplitOptions MidpointRounding Convert BitConverter Attribute FlagsAttribute ObsoleteAttribute ParamArrayAttribute")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_members = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["System.DateTime.Now"] = "the clock is not an input of a strategy; use the bar's or the context's trading date",
        ["System.DateTime.UtcNow"] = "the clock is not an input of a strategy; use the bar's or the context's trading date",
        ["System.DateTime.Today"] = "the clock is not an input of a strategy; use the bar's or the context's trading date",
        ["System.DateTimeOffset.Now"] = "the clock is not an input of a strategy; use the bar's or the context's trading date",
        ["System.DateTimeOffset.UtcNow"] = "the clock is not an input of a strategy; use the bar's or the context's trading date",
        ["System.Random.Shared"] = "chance needs a seed: new Random(seed)",
        ["System.Object.GetHashCode"] = "hash codes differ from process to process",
        ["System.String.GetHashCode"] = "hash codes differ from process to process",
        ["System.Object.GetType"] = "reflection is not allowed",
        ["System.Array.CreateInstance"] = "reflection is not allowed",
        ["System.Delegate.DynamicInvoke"] = "reflection is not allowed",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True when a type may be named.</summary>
    /// <param name="containingNamespace">Its namespace.</param>
    /// <param name="name">Its name without type parameters; of a nested type that of the outermost one.</param>
    public static bool Contains(string containingNamespace, string name) =>
        s_namespaces.Contains(containingNamespace)
        || (containingNamespace == "System" && s_types.Contains(name))
        || (containingNamespace == "EasyQuant.Data" && name == "PanelInterval");

    /// <summary>Why a member may not be used; null when it may.</summary>
    /// <param name="fullName">Namespace, type, member.</param>
    public static string? WhyNot(string fullName) => s_members.GetValueOrDefault(fullName);
}
