using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Grpc;

namespace EasyQuant.BacktestService.Work;

/// <summary>Numbers the trials of a sweep. The same spec gives the same trials in the same order on every machine.</summary>
internal static class SweepPlan
{
    /// <summary>Size of the whole grid; saturates at 2^62.</summary>
    public static long GridSize(IReadOnlyList<CheckedAxis> axes)
    {
        Int128 size = 1;
        foreach (CheckedAxis axis in axes)
        {
            size = Int128.Min(size * axis.Values.Count, (Int128)1 << 62);
        }

        return (long)size;
    }

    /// <summary>Returns the parameters of every trial.</summary>
    /// <param name="sweep">The sweep.</param>
    public static IReadOnlyList<JsonObject> Trials(CheckedSweep sweep)
    {
        long size = GridSize(sweep.Axes);
        IEnumerable<long> cells = sweep.RandomCount == 0 || sweep.RandomCount >= size
            ? Range(size)
            : Draw(size, sweep.RandomCount, sweep.RandomSeed);
        return [.. cells.Select(cell => ParametersOf(sweep, cell))];
    }

    private static IEnumerable<long> Range(long size)
    {
        for (long cell = 0; cell < size; cell++)
        {
            yield return cell;
        }
    }

    // A Fisher-Yates shuffle that only remembers the places it has touched, so that the grid may be larger than memory.
    private static IEnumerable<long> Draw(long size, int count, long seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        Dictionary<long, long> moved = [];
        for (long place = 0; place < count; place++)
        {
            long other = place + random.NextInt64(size - place);
            yield return moved.GetValueOrDefault(other, other);
            moved[other] = moved.GetValueOrDefault(place, place);
        }
    }

    private static JsonObject ParametersOf(CheckedSweep sweep, long cell)
    {
        var parameters = (JsonObject)sweep.Base.Parameters.DeepClone();
        for (int i = sweep.Axes.Count - 1; i >= 0; i--)
        {
            CheckedAxis axis = sweep.Axes[i];
            parameters[axis.Parameter] = axis.Values[(int)(cell % axis.Values.Count)].DeepClone();
            cell /= axis.Values.Count;
        }

        return parameters;
    }
}
