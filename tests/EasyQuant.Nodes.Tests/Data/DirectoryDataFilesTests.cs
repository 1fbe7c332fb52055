using System.Diagnostics;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class DirectoryDataFilesTests
{
    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\secret")]
    [InlineData("/proc/self/environ")]
    [InlineData("a/..")]
    public void OpenRead_PathOutside_Refused(string path)
    {
        using var folder = new TempFolder();
        var files = new DirectoryDataFiles(folder.Path);

        Assert.Equal("FILE_OUTSIDE_ROOT", Assert.Throws<NodeException>(() => files.OpenRead(path)).Reason);
        Assert.Equal("FILE_OUTSIDE_ROOT", Assert.Throws<NodeException>(() => files.Find(path)).Reason);
    }

    [Fact]
    public void OpenRead_LinkToOutside_Refused()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        other.Write("secret.csv", "x"u8);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link.csv"), Path.Combine(other.Path, "secret.csv"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "folder"), other.Path);
        var files = new DirectoryDataFiles(folder.Path);

        Assert.Equal("FILE_OUTSIDE_ROOT", Assert.Throws<NodeException>(() => files.OpenRead("link.csv")).Reason);
        Assert.Equal("FILE_OUTSIDE_ROOT", Assert.Throws<NodeException>(() => files.OpenRead("folder/secret.csv")).Reason);
        Assert.Empty(files.Find("**/*.csv"));
    }

    [Fact]
    public void OpenRead_PipeDeviceFolderAndNothing_AreNamed()
    {
        using var folder = new TempFolder();
        using (Process mkfifo = Process.Start("mkfifo", [Path.Combine(folder.Path, "pipe")]))
        {
            mkfifo.WaitForExit();
        }

        File.CreateSymbolicLink(Path.Combine(folder.Path, "zero"), "/dev/zero");
        Directory.CreateDirectory(Path.Combine(folder.Path, "sub"));
        var files = new DirectoryDataFiles(folder.Path);

        Assert.Equal("FILE_NOT_REGULAR", Assert.Throws<NodeException>(() => files.OpenRead("pipe")).Reason);
        Assert.Equal("FILE_NOT_REGULAR", Assert.Throws<NodeException>(() => files.OpenRead("zero")).Reason);
        Assert.Equal("FILE_NOT_REGULAR", Assert.Throws<NodeException>(() => files.OpenRead("sub")).Reason);
        Assert.Equal("FILE_NOT_FOUND", Assert.Throws<NodeException>(() => files.OpenRead("none.csv")).Reason);
    }

    [Theory]
    [InlineData("a.csv", "a.csv")]
    [InlineData("*.csv", "a.csv b.csv")]
    [InlineData("sub/*.csv", "sub/c.csv")]
    [InlineData("**/*.csv", "a.csv b.csv sub/c.csv sub/deep/d.csv")]
    [InlineData("sub/**", "sub/c.csv sub/deep/d.csv sub/x.day")]
    [InlineData("*/?.day", "sub/x.day")]
    [InlineData("none/*.csv", "")]
    [InlineData("A.csv", "")]
    public void Find_Pattern_GivesSortedRelativePaths(string glob, string expected)
    {
        using var folder = new TempFolder();
        foreach (string name in new[] { "b.csv", "a.csv", "sub/c.csv", "sub/x.day", "sub/deep/d.csv" })
        {
            folder.Write(name, "x"u8);
        }

        Assert.Equal(expected, string.Join(' ', new DirectoryDataFiles(folder.Path).Find(glob)));
    }

    [Fact]
    public void OpenRead_RootThatIsALink_IsFollowedOnce()
    {
        using var folder = new TempFolder();
        folder.Write("real/a.csv", "x"u8);
        string link = Path.Combine(folder.Path, "link");
        Directory.CreateSymbolicLink(link, Path.Combine(folder.Path, "real"));

        using Stream stream = new DirectoryDataFiles(link).OpenRead("a.csv");

        Assert.Equal(1, stream.Length);
    }
}
