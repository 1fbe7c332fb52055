using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EasyQuant.Data;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Tests.Hosting;

/// <summary>
/// A second process that reads panels, started by <see cref="PanelProcessTests"/>: opens the newest version, prints it, and reads what it opened again and again on a
/// thread of its own. Each line of its input makes it open the newest version anew and print that; the end of its input ends it with what the first version still holds.
/// </summary>
internal static class PanelReader
{
    public const string Mode = "read-panel";

    public static int Main(string[] args)
    {
        if (args is not [Mode, var folder, var dataset])
        {
            Console.Error.WriteLine($"usage: {Mode} FOLDER DATASET");
            return 1;
        }

        var store = new PanelStore(folder);
        using OpenPanel first = store.Open(dataset, PanelInterval.Day, null);
        string opened = Describe(first.Panel);
        Console.WriteLine(opened);
        bool isOver = false;
        int rounds = 0;
        string? fault = null;
        Thread reader = new(() =>
        {
            while (!Volatile.Read(ref isOver) && fault is null)
            {
                string now = Describe(first.Panel);
                fault = now == opened ? null : now;
                rounds++;
            }
        });
        reader.Start();
        while (Console.ReadLine() is not null)
        {
            using OpenPanel newest = store.Open(dataset, PanelInterval.Day, null);
            newest.Panel.Verify(CancellationToken.None);
            Console.WriteLine(Describe(newest.Panel));
        }

        Volatile.Write(ref isOver, true);
        reader.Join();
        first.Panel.Verify(CancellationToken.None);
        Console.WriteLine(fault ?? Describe(first.Panel));
        Console.WriteLine(rounds.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Version, size and a hash over all rows that the panel shows.</summary>
    public static string Describe(BarPanel panel)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < panel.Instruments.Length; i++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(panel.Slots(i).Span));
            foreach (string field in new[] { BarTable.Open, BarTable.Close, BarTable.Volume })
            {
                hash.AppendData(MemoryMarshal.AsBytes(panel.Values(i, field).Span));
            }
        }

        return $"{panel.Manifest.Version} {panel.Instruments.Length} {panel.Manifest.BarCount} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
