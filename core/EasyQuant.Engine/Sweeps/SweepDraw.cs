namespace EasyQuant.Engine;

/// <summary>Chooses points of a space.</summary>
internal static class SweepDraw
{
    // A space whose allowed points are rarer than this is refused rather than searched for ever.
    private const int MissesMax = 1_000_000;

    /// <summary>Every allowed point, ascending.</summary>
    public static List<SweepPoint> All(SweepSpace space)
    {
        List<SweepPoint> points = [];
        for (long index = 0; index < space.Count; index++)
        {
            SweepPoint point = space.At(index);
            if (space.Allows(point))
            {
                if (points.Count == SweepPlan.TrialsMax)
                {
                    throw new ArgumentException($"The grid has more than {SweepPlan.TrialsMax} allowed points; draw some of them instead.", nameof(space));
                }

                points.Add(point);
            }
        }

        return points;
    }

    /// <summary>Distinct allowed points in the order of the draw; all of them, ascending, when there are no more than asked for.</summary>
    public static List<SweepPoint> Some(SweepSpace space, int seed, int count)
    {
        if (space.Count <= count)
        {
            return All(space);
        }

        Random random = new(seed);
        HashSet<long> seen = [];
        List<SweepPoint> points = [];
        int misses = 0;
        while (points.Count < count && seen.Count < space.Count && misses < MissesMax)
        {
            SweepPoint point = space.At(random.NextInt64(space.Count));
            if (seen.Add(point.Index) && space.Allows(point))
            {
                points.Add(point);
                misses = 0;
            }
            else
            {
                misses++;
            }
        }

        return points;
    }
}
