namespace EasyQuant.Flow;

/// <summary>Helps to write JSON pointers (RFC 6901).</summary>
public static class JsonPointer
{
    /// <summary>Returns the member name as one reference token: <c>~</c> as <c>~0</c>, <c>/</c> as <c>~1</c>.</summary>
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0
            ? name
            : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
