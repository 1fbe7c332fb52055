using EasyQuant.WorkflowService.Secrets;

namespace EasyQuant.Services.Tests.Secrets;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KeyRingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-keys-").FullName;

    private string File => Path.Combine(_directory, KeyRing.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Open_WithoutAFile_MakesOneForItsOwnerOnlyAndKeepsIt()
    {
        KeyRing made = KeyRing.Open(_directory);
        KeyRing again = KeyRing.Open(_directory);

        Assert.Equal(16, made.CurrentId.Length);
        Assert.Equal(made.CurrentId, again.CurrentId);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.OtherWrite, "0602")]
    public void Open_OfAFileThatOthersMayUse_IsRefusedWithItsMode(UnixFileMode extra, string mode)
    {
        KeyRing.Open(_directory);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => KeyRing.Open(_directory));

        Assert.Contains($"(mode {mode})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64")]
    [InlineData("AAAA")]
    public void Open_OfAFileWithoutKeys_IsRefusedWithoutShowingIt(string text)
    {
        KeyRing.Open(_directory);
        System.IO.File.WriteAllText(File, text);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => KeyRing.Open(_directory));

        Assert.Contains(File, refused.Message, StringComparison.Ordinal);
        Assert.True(text.Length == 0 || !refused.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_WithASecondKey_SealsUnderItAndFindsTheFirst()
    {
        string first = KeyRing.Open(_directory).CurrentId;
        System.IO.File.AppendAllText(File, Convert.ToBase64String(new byte[KeyRing.KeyBytes]) + "\n");

        KeyRing both = KeyRing.Open(_directory);

        Assert.NotEqual(first, both.CurrentId);
        Assert.NotNull(both.Find(first));
    }

    [Fact]
    public void Open_WithoutADirectory_HasNoKeys() => Assert.Equal("", KeyRing.Open("").CurrentId);
}
