using System.Text;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// The values that a run has read: wherever one of them comes back, in an answer or a message, <c>***</c> takes its place. Knows the value as it is, not encoded
/// forms of it. At most <see cref="ValuesMax"/> values, the oldest go first. Thread-safe.
/// </summary>
public sealed class SecretMask
{
    /// <summary>What stands in place of a value.</summary>
    public const string Shown = "***";

    /// <summary>Values that are remembered.</summary>
    public const int ValuesMax = 1_000;

    private readonly Lock _gate = new();
    private string[] _values = [];

    /// <summary>Whether there is anything to hide.</summary>
    public bool IsEmpty => Volatile.Read(ref _values).Length == 0;

    /// <summary>Hides a value from now on.</summary>
    public void Add(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        lock (_gate)
        {
            if (!_values.Contains(value, StringComparer.Ordinal))
            {
                Volatile.Write(ref _values, [.. _values.Length < ValuesMax ? _values : _values[1..], value]);
            }
        }
    }

    /// <summary>Returns a text without the values.</summary>
    public string Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string value in ByLength())
        {
            text = text.Replace(value, Shown, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Returns bytes without the values in UTF-8; the same array when there is none in it.</summary>
    public byte[] Apply(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        foreach (string value in ByLength())
        {
            bytes = Replace(bytes, Encoding.UTF8.GetBytes(value));
        }

        return bytes;
    }

    /// <summary>Returns a JSON value without the values in its texts and names; changes it in place where it can.</summary>
    public JsonNode? Apply(JsonNode? json)
    {
        if (IsEmpty)
        {
            return json;
        }

        // Recursion is bounded: JSON that is read has at most 64 levels.
        switch (json)
        {
            case JsonObject item:
                foreach ((string name, JsonNode? member) in item.ToArray())
                {
                    string shown = Apply(name);
                    JsonNode? masked = Apply(member);
                    if (!ReferenceEquals(masked, member) || shown != name)
                    {
                        item.Remove(name);
                        item[shown] = masked;
                    }
                }

                return item;
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                {
                    JsonNode? masked = Apply(list[i]);
                    if (!ReferenceEquals(masked, list[i]))
                    {
                        list[i] = masked;
                    }
                }

                return list;
            case JsonValue value when value.TryGetValue(out string? text) && Apply(text) is var shown && shown != text:
                return JsonValue.Create(shown);
            default:
                return json;
        }
    }

    /// <summary>Returns an exception that shows no value: the same one, or one of the same reason without its cause.</summary>
    public Exception Apply(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (IsEmpty)
        {
            return exception;
        }

        string whole = exception.ToString();
        if (Apply(whole) == whole)
        {
            return exception;
        }

        string message = Apply(exception.Message);
        return exception switch
        {
            NodeException known => new NodeException(known.Reason, message, known.IsTransient),
            IOException => new IOException(message),
            TimeoutException => new TimeoutException(message),
            _ => new NodeException("NODE_FAILED", $"{exception.GetType().Name}: {message}"),
        };
    }

    // A value that holds another one goes first, or its rest would stay.
    private IEnumerable<string> ByLength() => Volatile.Read(ref _values) is { Length: > 0 } values ? values.OrderByDescending(value => value.Length) : [];

    private static byte[] Replace(byte[] bytes, byte[] value)
    {
        int at = bytes.AsSpan().IndexOf(value);
        if (at < 0)
        {
            return bytes;
        }

        byte[] shown = Encoding.UTF8.GetBytes(Shown);
        using var result = new MemoryStream(bytes.Length);
        int from = 0;
        while (at >= 0)
        {
            result.Write(bytes, from, at);
            result.Write(shown);
            from += at + value.Length;
            at = bytes.AsSpan(from).IndexOf(value);
        }

        result.Write(bytes, from, bytes.Length - from);
        return result.ToArray();
    }
}
