namespace EasyQuant.Flow;

/// <summary>Which names are allowed.</summary>
public static class FlowNames
{
    private const int LengthMax = 63;

    /// <summary>Whether the text may name a workflow, schedule, job, strategy or worker: <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public static bool IsName(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LengthMax || !(char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0])))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the text may be the id of a node, or the name of an input or output: <c>[A-Za-z_][A-Za-z0-9_-]{0,62}</c>.</summary>
    public static bool IsIdentifier(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LengthMax || !(char.IsAsciiLetter(text[0]) || text[0] == '_'))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Splits <c>node.port</c>.</summary>
    public static bool TrySplitPort(string text, out string node, out string port)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        node = dot > 0 ? text[..dot] : "";
        port = dot > 0 ? text[(dot + 1)..] : "";
        return dot > 0 && port.Length > 0;
    }
}
