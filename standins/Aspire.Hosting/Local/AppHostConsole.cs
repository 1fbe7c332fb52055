namespace Aspire.Hosting.Local;

/// <summary>What the AppHost tells the person who started it. Thread-safe.</summary>
internal sealed class AppHostConsole(bool isQuiet)
{
    private readonly Lock _lock = new();

    public void Report(string line)
    {
        if (isQuiet)
        {
            return;
        }

        lock (_lock)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
