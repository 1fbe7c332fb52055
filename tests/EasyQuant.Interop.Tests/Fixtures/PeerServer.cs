using System.Diagnostics;
using System.Globalization;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>A server in another language: it prints its port when it listens and ends when its input does.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private PeerServer(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
    }

    internal Uri Address { get; }

    internal static async Task<PeerServer> StartAsync(string file, IEnumerable<string> arguments, string variable, string value)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[variable] = value;
        Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_limit);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(deadline.Token);
            return new PeerServer(process, int.Parse(line ?? throw new InvalidOperationException($"{file} ended before it listened."), CultureInfo.InvariantCulture));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
