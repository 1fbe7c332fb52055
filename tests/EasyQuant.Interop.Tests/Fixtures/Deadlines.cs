namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>How long a test waits for something that should happen at once.</summary>
internal static class Deadlines
{
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
}
