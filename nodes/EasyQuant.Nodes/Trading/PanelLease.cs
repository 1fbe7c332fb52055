using EasyQuant.Engine;

namespace EasyQuant.Nodes.Trading;

/// <summary>A market for as long as a node computes: mapped columns stay until it is disposed. Disposing twice is harmless.</summary>
/// <param name="panel">The market; neither it nor memory of its columns may be used after <see cref="Dispose"/>.</param>
/// <param name="release">Called once.</param>
internal sealed class PanelLease(MarketPanel panel, Action? release = null) : IDisposable
{
    private Action? _release = release;

    public MarketPanel Panel { get; } = panel;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
