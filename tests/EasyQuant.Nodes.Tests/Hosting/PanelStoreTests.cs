using EasyQuant.Data;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Tests.Data;

namespace EasyQuant.Nodes.Tests.Hosting;

public sealed class PanelStoreTests
{
    private static readonly PanelOptions s_options = new() { Dataset = "cn.stocks", Room = 64 };

    [Fact]
    public void Append_ReaderOfTheOldVersion_KeepsWhatItOpened()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH", "000001.SZ"), s_options, CancellationToken.None);
        using OpenPanel old = store.Open("cn.stocks", PanelInterval.Day, null);
        Table before = PanelTable.Read(old.Panel, new PanelQuery());

        PanelManifest second = store.Append(Bars(30, 5, "600000.SH", "000001.SZ", "300750.SZ"), s_options, CancellationToken.None);

        Assert.True(PanelTable.Read(old.Panel, new PanelQuery()).ContentEquals(before));
        old.Panel.Verify(CancellationToken.None);
        using OpenPanel now = store.Open("cn.stocks", PanelInterval.Day, null);
        now.Panel.Verify(CancellationToken.None);
        Assert.Equal((2, 75, 3), (second.Version, second.BarCount, now.Panel.Instruments.Length));
        Assert.Equal([1L, 2L], store.Versions("cn.stocks", PanelInterval.Day));
    }

    [Fact]
    public void Append_RoomLeft_SharesTheColumnFiles()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH"), s_options, CancellationToken.None);
        store.Append(Bars(30, 40, "600000.SH"), s_options, CancellationToken.None);
        string v1 = Path.Combine(folder.Path, "cn.stocks", "1d", "00000001", "close.col");
        string v2 = Path.Combine(folder.Path, "cn.stocks", "1d", "00000002", "close.col");
        // Written through one name, seen under the other.
        using (FileStream stream = File.Open(v2, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            stream.Position = 40;
            stream.WriteByte(7);
        }

        Assert.Equal(7, File.ReadAllBytes(v1)[40]);
        store.Append(Bars(70, 40, "600000.SH"), s_options, CancellationToken.None);
        string v3 = Path.Combine(folder.Path, "cn.stocks", "1d", "00000003", "close.col");
        Assert.Equal(0, File.ReadAllBytes(v3)[40]);
    }

    [Fact]
    public void Append_SameBarsAgain_ChangesNothing()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH", "000001.SZ"), s_options, CancellationToken.None);
        Table late = Bars(30, 5, "600000.SH", "000001.SZ");
        PanelManifest first = store.Append(late, s_options, CancellationToken.None);
        PanelManifest again = store.Append(late, s_options, CancellationToken.None);
        Assert.Equal((2L, 70L), (again.Version, again.BarCount));
        Assert.Equal(first.InstrumentsChecksum, again.InstrumentsChecksum);
        Assert.Equal("PANEL_CONFLICT", Assert.Throws<PanelException>(() => store.Append(Bars(34, 2, "600000.SH"), s_options, CancellationToken.None)).Reason);
    }

    [Fact]
    public void Append_AfterAWriterThatDied_OverwritesItsRemains()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH"), s_options, CancellationToken.None);
        string interval = Path.Combine(folder.Path, "cn.stocks", "1d");
        string part = Path.Combine(interval, ".part-00000002");
        Directory.CreateDirectory(part);
        File.WriteAllText(Path.Combine(part, "close.col"), "cut off");

        store.Append(Bars(30, 5, "600000.SH"), s_options, CancellationToken.None);

        using OpenPanel now = store.Open("cn.stocks", PanelInterval.Day, null);
        now.Panel.Verify(CancellationToken.None);
        Assert.Equal(35, now.Panel.Manifest.BarCount);
        Assert.False(Directory.Exists(part));
    }

    [Fact]
    public void Append_Cancelled_LeavesTheOldVersionAndNoRemains()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH"), s_options, CancellationToken.None);
        Assert.Throws<OperationCanceledException>(() => store.Append(Bars(30, 5, "600000.SH"), s_options, new CancellationToken(canceled: true)));
        Assert.Equal([1L], store.Versions("cn.stocks", PanelInterval.Day));
        Assert.Empty(Directory.GetDirectories(Path.Combine(folder.Path, "cn.stocks", "1d"), ".part*"));
    }

    [Fact]
    public void Write_WhileAnotherWrites_IsAConflict()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 3, "600000.SH"), s_options, CancellationToken.None);
        using FileStream held = new(Path.Combine(folder.Path, "cn.stocks", "1d", ".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal("PANEL_CONFLICT", Assert.Throws<PanelException>(() => store.Append(Bars(3, 1, "600000.SH"), s_options, CancellationToken.None)).Reason);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void Open_NameThatIsNoDataset_IsRefused(string dataset)
    {
        using var folder = new TempFolder();
        Assert.Equal("PANEL_INPUT", Assert.Throws<PanelException>(() => new PanelStore(folder.Path).Open(dataset, PanelInterval.Day, null)).Reason);
    }

    [Fact]
    public void Open_MissingTruncatedOrChanged_IsNamed()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        Assert.Equal("PANEL_NOT_FOUND", Fault(store));
        store.Write(Bars(0, 30, "600000.SH"), s_options, CancellationToken.None);
        string version = Path.Combine(folder.Path, "cn.stocks", "1d", "00000001");
        using (FileStream stream = File.Open(Path.Combine(version, "low.col"), FileMode.Open))
        {
            stream.SetLength(100);
        }

        Assert.Equal("PANEL_DAMAGED", Fault(store));
        File.Delete(Path.Combine(version, "low.col"));
        Assert.Equal("PANEL_DAMAGED", Fault(store));
        string manifest = Path.Combine(version, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("easyquant/panel/1", "easyquant/panel/2", StringComparison.Ordinal));
        Assert.Equal("PANEL_VERSION", Fault(store));
    }

    [Fact]
    public void Prune_OldVersions_StayForReadersThatHaveThem()
    {
        using var folder = new TempFolder();
        var store = new PanelStore(folder.Path);
        store.Write(Bars(0, 30, "600000.SH"), s_options, CancellationToken.None);
        using OpenPanel old = store.Open("cn.stocks", PanelInterval.Day, 1);
        store.Append(Bars(30, 1, "600000.SH"), s_options, CancellationToken.None);
        Assert.Equal(1, store.Prune("cn.stocks", PanelInterval.Day, 1));
        old.Panel.Verify(CancellationToken.None);
        Assert.Equal([2L], store.Versions("cn.stocks", PanelInterval.Day));
    }

    private static string Fault(PanelStore store) => Assert.Throws<PanelException>(() => store.Open("cn.stocks", PanelInterval.Day, null).Dispose()).Reason;

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
