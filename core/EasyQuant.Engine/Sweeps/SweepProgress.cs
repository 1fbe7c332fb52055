namespace EasyQuant.Engine;

/// <summary>Counts what is done over all threads and tells it in growing order, by one thread at a time.</summary>
internal sealed class SweepProgress(Action<int, int>? progress, int total)
{
    private readonly Lock _gate = new();
    private int _done;

    public void Add(int count)
    {
        if (progress is null)
        {
            return;
        }

        lock (_gate)
        {
            _done += count;
            progress(_done, total);
        }
    }
}
