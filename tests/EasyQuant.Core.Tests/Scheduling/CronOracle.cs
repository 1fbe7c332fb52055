namespace EasyQuant.Core.Tests.Scheduling;

/// <summary>Tries every minute of two years against sets of admitted values; knows nothing of the product's search.</summary>
internal sealed class CronOracle
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DateTime[] _local;
    private readonly bool[] _second;
    private readonly List<(int Minute, DateTime From, DateTime To)> _gaps = [];

    public CronOracle(TimeZoneInfo zone)
    {
        int count = (int)(End - Start).TotalMinutes;
        _local = new DateTime[count];
        _second = new bool[count];
        DateTime highest = DateTime.MinValue;
        for (int minute = 0; minute < count; minute++)
        {
            DateTimeOffset instant = Start.AddMinutes(minute);
            _local[minute] = instant.UtcDateTime + zone.GetUtcOffset(instant);
            _second[minute] = _local[minute] <= highest;
            if (minute > 0 && _local[minute] - _local[minute - 1] > TimeSpan.FromMinutes(1))
            {
                _gaps.Add((minute, _local[minute - 1].AddMinutes(1), _local[minute]));
            }

            highest = _local[minute] > highest ? _local[minute] : highest;
        }
    }

    public List<DateTimeOffset> Fire(CronSample sample)
    {
        var fired = new SortedSet<int>();
        for (int minute = 0; minute < _local.Length; minute++)
        {
            if (sample.Matches(_local[minute]) && (sample.IsIntervalLike || !_second[minute]))
            {
                fired.Add(minute);
            }
        }

        foreach ((int minute, DateTime from, DateTime to) in sample.IsIntervalLike ? [] : _gaps)
        {
            for (DateTime missing = from; missing < to; missing = missing.AddMinutes(1))
            {
                if (sample.Matches(missing))
                {
                    fired.Add(minute);
                }
            }
        }

        return [.. fired.Select(minute => Start.AddMinutes(minute))];
    }
}
