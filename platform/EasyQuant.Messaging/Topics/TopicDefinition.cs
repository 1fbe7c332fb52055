using System.Text.RegularExpressions;

namespace EasyQuant.Messaging.Topics;

/// <summary>A topic, the consumer groups that see all of it, and the bounds of each group's queue. The bounds are part of the queue: they cannot change while it exists. Immutable.</summary>
public sealed partial record TopicDefinition
{
    /// <summary>Name: 1 to 120 characters of <c>[A-Za-z0-9_-]</c>, groups of them joined by single dots. Unique on the broker, so it names project and start too.</summary>
    public required string Name { get; init; }

    /// <summary>Consumer groups, 1 to 32, each <c>[a-z0-9][a-z0-9_-]{0,62}</c>, unique.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Most chunks that wait in a group's queue, 1 to 1,000,000. Default 1,000. A few more may get in: about one publisher window.</summary>
    public int LengthMax { get; init; } = 1000;

    /// <summary>Most bytes that wait in a group's queue, 64 KiB to 64 GiB. Default 256 MiB.</summary>
    public long BytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Times that one chunk is given out again before the broker gives it up, see <see cref="TopicDelivery.GivenUp"/>, 1 to 1,000. Default 20; the last net behind parking.</summary>
    public int RedeliveriesMax { get; init; } = 20;

    /// <summary>Checks names and bounds.</summary>
    /// <exception cref="TopicException"><see cref="TopicException.Invalid"/>; the message names the field, what was expected and what came.</exception>
    public void Validate()
    {
        if (Name is null || Name.Length > 120 || !NameForm().IsMatch(Name))
        {
            throw Wrong("name", "1 to 120 characters of A-Z a-z 0-9 _ - joined by single dots", Name);
        }

        if (Groups is null || Groups.Count is < 1 or > 32)
        {
            throw Wrong("groups", "1 to 32 consumer groups", Groups?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (string group in Groups)
        {
            if (group is null || !GroupForm().IsMatch(group))
            {
                throw Wrong("groups", "names of 1 to 63 characters of a-z 0-9 _ -", group);
            }
        }

        if (Groups.Distinct(StringComparer.Ordinal).Count() != Groups.Count)
        {
            throw Wrong("groups", "names without repetition", string.Join(", ", Groups));
        }

        Check("length_max", LengthMax, 1, 1_000_000);
        Check("bytes_max", BytesMax, 64 * 1024, 64L * 1024 * 1024 * 1024);
        Check("redeliveries_max", RedeliveriesMax, 1, 1000);
    }

    /// <summary>Checks that the topic has the group.</summary>
    /// <param name="group">A consumer group.</param>
    /// <returns>The same name.</returns>
    /// <exception cref="TopicException"><see cref="TopicException.Invalid"/>.</exception>
    public string ValidateGroup(string group) =>
        Groups.Contains(group, StringComparer.Ordinal) ? group : throw Wrong("group", $"one of {string.Join(", ", Groups)}", group);

    private static void Check(string field, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            throw Wrong(field, FormattableString.Invariant($"{min} to {max}"), FormattableString.Invariant($"{value}"));
        }
    }

    private static TopicException Wrong(string field, string expected, string? actual) =>
        new(TopicException.Invalid, $"Topic: `{field}` must be {expected}, was '{actual}'.");

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupForm();
}
