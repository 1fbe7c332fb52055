namespace EasyQuant.Persistence.Streams;

/// <summary>What a stream consists of. Immutable.</summary>
public sealed record StreamOpening
{
    /// <summary>Id of the stream, 1 to 150 characters of <c>[A-Za-z0-9._-]</c>: one start of one topic.</summary>
    public required string Stream { get; init; }

    /// <summary>Project that owns it.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Name of the topic, for people.</summary>
    public required string Topic { get; init; }

    /// <summary>Number of logical producers (shards), 1 to 10,000; they are counted from 0.</summary>
    public required int ProducerCount { get; init; }

    /// <summary>Consumer groups, 1 to 32, unique.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    internal void Validate()
    {
        if (Stream is null || Stream.Length is 0 or > 150 || !Stream.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new StreamException(StreamException.Invalid, $"Stream: `stream` must have 1 to 150 characters of A-Z a-z 0-9 . _ -, was '{Stream}'.");
        }

        if (ProducerCount is < 1 or > 10_000)
        {
            throw new StreamException(StreamException.Invalid, $"Stream: `producer_count` must be 1 to 10000, was {ProducerCount}.");
        }

        if (Groups is null || Groups.Count is < 1 or > 32 || Groups.Any(string.IsNullOrEmpty) || Groups.Distinct(StringComparer.Ordinal).Count() != Groups.Count)
        {
            throw new StreamException(StreamException.Invalid, $"Stream: `groups` must be 1 to 32 different names, was '{string.Join(", ", Groups ?? [])}'.");
        }
    }
}
