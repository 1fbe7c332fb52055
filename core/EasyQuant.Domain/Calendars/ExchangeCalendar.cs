using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace EasyQuant.Domain;

/// <summary>
/// When an exchange is open: weekdays without its closures, over the years that are known, and the sessions of a day. A weekend working day is not a trading
/// day. Days outside the known years are unknown and are refused. Immutable and thread-safe.
/// </summary>
public sealed class ExchangeCalendar
{
    private const string Schema = "easyquant/calendar/1";
    private static readonly Lazy<ExchangeCalendar> s_china = new(LoadChina);

    private ExchangeCalendar(string exchange, string zoneId, DateOnly first, DateOnly last, ImmutableArray<TradingSession> sessions, ImmutableHashSet<DateOnly> closures)
    {
        Exchange = exchange;
        ZoneId = zoneId;
        First = first;
        Last = last;
        Sessions = sessions;
        Closures = closures;
    }

    /// <summary>The shipped calendar of the mainland exchanges (Shanghai, Shenzhen, Beijing).</summary>
    public static ExchangeCalendar China => s_china.Value;

    /// <summary>Name, for example <c>CN</c>.</summary>
    public string Exchange { get; }

    /// <summary>IANA name of its zone.</summary>
    public string ZoneId { get; }

    /// <summary>First known day, included.</summary>
    public DateOnly First { get; }

    /// <summary>Last known day, included.</summary>
    public DateOnly Last { get; }

    /// <summary>Sessions of a day, in order.</summary>
    public ImmutableArray<TradingSession> Sessions { get; }

    /// <summary>Weekdays without trading.</summary>
    public ImmutableHashSet<DateOnly> Closures { get; }

    /// <summary>Reads a calendar: <c>{"calendar":"easyquant/calendar/1","exchange","zone","first","last","sessions":[{"kind","start","end"}],"closures":{"2024":["01-01"]}}</c>.</summary>
    /// <exception cref="FormatException">Not such a text; the message says where.</exception>
    public static ExchangeCalendar Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            string schema = root.GetProperty("calendar").GetString() ?? "";
            if (schema != Schema)
            {
                throw new FormatException($"calendar is \"{schema}\", expected \"{Schema}\".");
            }

            ImmutableArray<TradingSession> sessions = [.. root.GetProperty("sessions").EnumerateArray().Select(Session)];
            for (int i = 0; i < sessions.Length; i++)
            {
                if (sessions[i].End <= sessions[i].Start || (i > 0 && sessions[i].Start < sessions[i - 1].End))
                {
                    throw new FormatException($"session {i + 1} ends before it starts or overlaps the one before.");
                }
            }

            return new ExchangeCalendar(
                root.GetProperty("exchange").GetString()!,
                root.GetProperty("zone").GetString()!,
                Date(root.GetProperty("first").GetString()!),
                Date(root.GetProperty("last").GetString()!),
                sessions,
                [.. root.GetProperty("closures").EnumerateObject().SelectMany(year => year.Value.EnumerateArray().Select(day => Date($"{year.Name}-{day.GetString()}")))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The calendar cannot be read: " + e.Message, e);
        }
    }

    /// <summary>Whether the exchange trades on a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day is outside <see cref="First"/> to <see cref="Last"/>.</exception>
    public bool IsTradingDay(DateOnly day)
    {
        RequireKnown(day, nameof(day));
        return day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Closures.Contains(day);
    }

    /// <summary>The trading days from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A day is outside <see cref="First"/> to <see cref="Last"/>.</exception>
    public TradingCalendar Days(DateOnly first, DateOnly last)
    {
        RequireKnown(first, nameof(first));
        RequireKnown(last, nameof(last));
        return TradingCalendar.FromDays(Enumerable.Range(first.DayNumber, Math.Max(0, last.DayNumber - first.DayNumber + 1)).Select(DateOnly.FromDayNumber).Where(IsTradingDay));
    }

    /// <summary>Local starts of the bars of a full day: the continuous sessions cut into bars.</summary>
    /// <param name="minutes">Minutes of a bar, 1 to 720; the last bar of a session may be shorter.</param>
    public IEnumerable<TimeOnly> BarStarts(int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minutes, 720);
        return Sessions.Where(s => !s.IsAuction)
            .SelectMany(s => Enumerable.Range(0, ((int)(s.End - s.Start).TotalMinutes + minutes - 1) / minutes).Select(i => s.Start.AddMinutes(i * minutes)));
    }

    private void RequireKnown(DateOnly day, string name)
    {
        if (day < First || day > Last)
        {
            throw new ArgumentOutOfRangeException(name, $"The calendar of {Exchange} is known from {First:O} to {Last:O}; {day:O} is outside.");
        }
    }

    private static TradingSession Session(JsonElement node) => new(Time(node, "start"), Time(node, "end"), node.GetProperty("kind").GetString() switch
    {
        "auction" => true,
        "continuous" => false,
        var kind => throw new FormatException($"kind of a session is \"{kind}\", expected auction or continuous."),
    });

    private static TimeOnly Time(JsonElement node, string name) => TimeOnly.ParseExact(node.GetProperty(name).GetString()!, "HH:mm", CultureInfo.InvariantCulture);

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ExchangeCalendar LoadChina()
    {
        using Stream stream = typeof(ExchangeCalendar).Assembly.GetManifestResourceStream("china-calendar.json")
            ?? throw new InvalidOperationException("The assembly lacks its resource china-calendar.json.");
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return Parse(memory.ToArray());
    }
}
