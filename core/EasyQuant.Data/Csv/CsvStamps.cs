namespace EasyQuant.Data;

/// <summary>Collects the dates and times of the rows, and makes trading dates and starts of them when all rows are known.</summary>
internal sealed class CsvStamps(CsvBarOptions options)
{
    private static readonly TimeZoneInfo s_china = TimeZoneInfo.CreateCustomTimeZone("Asia/Shanghai", TimeSpan.FromHours(8), "Asia/Shanghai", "Asia/Shanghai");
    private bool _hasInstants;
    private bool _hasLocals;
    private bool _hasPacked;
    private int _cachedDay = int.MinValue;
    private long _cachedOffset;

    /// <summary>Minutes of the bars; 0 for days. Known after <see cref="Finish"/>.</summary>
    public int IntervalMinutes { get; private set; }

    /// <summary>Whether a time of day other than midnight was seen, as it is written.</summary>
    public bool HasTimes { get; private set; }

    public bool IsDaily { get; } = options.Interval is { IsDay: true };

    /// <summary>Reads the date, and the time beside it when the file has one; false when there is no date.</summary>
    public bool TryRead(ReadOnlySpan<byte> dateText, ReadOnlySpan<byte> timeText, out int day, out long micros)
    {
        micros = 0;
        if (IsDaily && CsvDate.TryRead(dateText, out day))
        {
            return true;
        }

        if (options.BaseDate is { } baseDate && System.Buffers.Text.Utf8Parser.TryParse(dateText, out long milliseconds, out int used) && used == dateText.Length
            && milliseconds is >= 0 and <= 86_400_000)
        {
            (day, micros) = (EpochDays.FromDate(baseDate), milliseconds * 1000);
            _hasLocals = true;
            HasTimes = true;
            return true;
        }

        // Baostock's time column holds the date too.
        CsvTime.Kind kind = timeText.Length >= 12 ? CsvTime.Read(timeText, out day, out micros) : CsvTime.Read(dateText, out day, out micros);
        if (kind == CsvTime.Kind.None)
        {
            return false;
        }

        if (timeText.Length is > 0 and < 12)
        {
            if (!CsvTime.TryTime(timeText, out micros, out int? offset) || offset is not null)
            {
                return false;
            }
        }

        bool isWrittenMidnight = dateText.IndexOf(" 00:00:00"u8) >= 0 || dateText.IndexOf("T00:00:00"u8) >= 0;
        HasTimes |= micros != 0 && !isWrittenMidnight;
        _hasInstants |= kind == CsvTime.Kind.Instant;
        _hasLocals |= kind != CsvTime.Kind.Instant;
        _hasPacked |= kind == CsvTime.Kind.Ambiguous;
        return true;
    }

    /// <summary>Resolves days and starts.</summary>
    /// <exception cref="CsvException"><c>CSV_DATE_ORDER</c>, <c>CSV_BAD_DATE</c> or <c>CSV_INTERVAL</c>.</exception>
    public void Finish(BarRows rows)
    {
        if (_hasInstants && _hasLocals)
        {
            throw new CsvException(CsvReasons.BadDate, 0, "some times carry a zone or are counted from 1970, others do not.");
        }

        if (_hasPacked)
        {
            Unpack(rows);
        }

        if (IsDaily)
        {
            for (int row = 0; _hasInstants && row < rows.Count; row++)
            {
                rows.SetDay(row, CsvTime.Split((rows.DayOf(row) * CsvTime.MicrosPerDay) + OffsetOf(Zone, rows.DayOf(row), 0, isUtc: true)).Day);
            }

            return;
        }

        IntervalMinutes = options.Interval?.Minutes ?? Infer(rows);
        long shift = options.StampsEnd ? IntervalMinutes * 60_000_000L : 0;
        if (options.StampsEnd && shift == 0 && rows.Count > 0)
        {
            throw new CsvException(CsvReasons.Interval, 0, "the times are the ends of bars, and how long a bar is does not follow from so few rows; name the interval, for example 1m.");
        }

        TimeZoneInfo zone = Zone;
        for (int row = 0; row < rows.Count; row++)
        {
            long stamp = (rows.DayOf(row) * CsvTime.MicrosPerDay) + rows.TimeOf(row) - shift;
            (int day, long micros) = CsvTime.Split(stamp);
            long offset = OffsetOf(zone, day, micros, _hasInstants);
            rows.SetTime(row, _hasInstants ? stamp : stamp - offset);
            rows.SetDay(row, _hasInstants ? CsvTime.Split(stamp + offset).Day : day);
        }
    }

    private TimeZoneInfo Zone => options.Zone ?? s_china;

    private void Unpack(BarRows rows)
    {
        int firstMax = 0;
        int secondMax = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            if (CsvTime.IsPacked(rows.DayOf(row)))
            {
                (_, int first, int second) = CsvTime.Unpack(rows.DayOf(row));
                firstMax = Math.Max(firstMax, first);
                secondMax = Math.Max(secondMax, second);
            }
        }

        bool? monthFirst = options.DateOrder switch
        {
            CsvDateOrder.MonthFirst => true,
            CsvDateOrder.DayFirst => false,
            _ => secondMax > 12 ? true : firstMax > 12 ? false : null,
        };
        for (int row = 0; row < rows.Count; row++)
        {
            if (!CsvTime.IsPacked(rows.DayOf(row)))
            {
                continue;
            }

            (int year, int first, int second) = CsvTime.Unpack(rows.DayOf(row));
            if (monthFirst is null)
            {
                throw new CsvException(
                    CsvReasons.DateOrder, 0, $"no date tells whether {first}/{second}/{year} is month/day or day/month; name the order of dates (month_first or day_first).");
            }

            if (!CsvTime.TryResolve(rows.DayOf(row), monthFirst.Value, out int day))
            {
                throw new CsvException(CsvReasons.BadDate, 0, $"{first}/{second}/{year} is no date with the {(monthFirst.Value ? "month" : "day")} first, as other dates of the file are.");
            }

            rows.SetDay(row, day);
        }
    }

    private static int Infer(BarRows rows)
    {
        long least = long.MaxValue;
        for (int row = 1; row < rows.Count; row++)
        {
            if (rows.SymbolOf(row) == rows.SymbolOf(row - 1) && rows.DayOf(row) == rows.DayOf(row - 1))
            {
                long step = Math.Abs(rows.TimeOf(row) - rows.TimeOf(row - 1));
                least = step > 0 ? Math.Min(least, step) : least;
            }
        }

        return least == long.MaxValue ? 0 : (int)(least / 60_000_000);
    }

    private long OffsetOf(TimeZoneInfo zone, int day, long micros, bool isUtc)
    {
        if (day == _cachedDay)
        {
            return _cachedOffset;
        }

        DateTime midnight = EpochDays.ToDate(day).ToDateTime(TimeOnly.MinValue, isUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified);
        TimeSpan atStart = zone.GetUtcOffset(midnight);
        if (atStart == zone.GetUtcOffset(midnight.AddTicks(TimeSpan.TicksPerDay - 1)))
        {
            (_cachedDay, _cachedOffset) = (day, atStart.Ticks / 10);
            return _cachedOffset;
        }

        return zone.GetUtcOffset(midnight.AddTicks(micros * 10)).Ticks / 10;
    }
}
