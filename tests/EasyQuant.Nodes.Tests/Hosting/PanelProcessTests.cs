using System.Diagnostics;
using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Tests.Data;

namespace EasyQuant.Nodes.Tests.Hosting;

/// <summary>Two processes share panels: one appends by day while the other reads.</summary>
public sealed class PanelProcessTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120);
    private static readonly PanelOptions s_options = new() { Dataset = "cn.stocks", Room = 4 };

    [Fact]
    public async Task Append_WhileAnotherProcessReads_ItKeepsWhatItOpenedAndFindsEveryNewDay()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 400, "600000.SH", "000001.SZ"), s_options, CancellationToken.None);
        string first = Newest(store);
        using CancellationTokenSource deadline = new(s_deadline);
        using Process reader = Start(folder.Path);
        try
        {
            Assert.Equal(first, await reader.StandardOutput.ReadLineAsync(deadline.Token));
            for (int day = 400; day < 420; day++)
            {
                // In place while there is room; files of their own when it is used up, and when an instrument is new.
                store.Append(day == 410 ? Bars(day, 1, "600000.SH", "000001.SZ", "300750.SZ") : Bars(day, 1, "600000.SH", "000001.SZ"), s_options, deadline.Token);
                await reader.StandardInput.WriteLineAsync("newest".AsMemory(), deadline.Token);
                await reader.StandardInput.FlushAsync(deadline.Token);
                Assert.Equal(Newest(store), await reader.StandardOutput.ReadLineAsync(deadline.Token));
            }

            reader.StandardInput.Close();
            Assert.Equal(first, await reader.StandardOutput.ReadLineAsync(deadline.Token));
            Assert.True(int.Parse((await reader.StandardOutput.ReadLineAsync(deadline.Token))!, CultureInfo.InvariantCulture) > 0);
            await reader.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, reader.ExitCode);
        }
        finally
        {
            if (!reader.HasExited)
            {
                reader.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Newest(PanelStore store)
    {
        using OpenPanel panel = store.Open("cn.stocks", PanelInterval.Day, null);
        return PanelReader.Describe(panel.Panel);
    }

    private static Process Start(string folder)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList = { typeof(PanelReader).Assembly.Location, PanelReader.Mode, folder, "cn.stocks" },
        };
        return Process.Start(start)!;
    }

    private static Table Bars(int from, int count, params string[] symbols)
    {
        var builder = new TableBuilder(BarTable.Schema);
        foreach (string symbol in symbols)
        {
            for (int i = from; i < from + count; i++)
            {
                builder.AppendRow(symbol, new DateOnly(2024, 1, 1).AddDays(i), 10m + i, 11m + i, 9m + i, 10m + i, 100L * i, 12.34m);
            }
        }

        return builder.Build();
    }
}
