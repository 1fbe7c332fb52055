using EasyQuant.Persistence;
using EasyQuant.Persistence.Paging;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Platform.Tests.Persistence;

public sealed class PageTokenTests
{
    [Fact]
    public void Token_AnyKey_ComesBack() =>
        Prop.ForAll<string[]>(key =>
        {
            string[] parts = [.. key.Select(part => part ?? "")];
            return !parts.All(IsText) || (PageToken.TryRead(PageToken.Write("list/a", parts), "list/a", parts.Length, out IReadOnlyList<string> read) && read.SequenceEqual(parts));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("list/b", 2)]
    [InlineData("list/a", 1)]
    public void Token_ForeignScopeOrShape_IsRefused(string scope, int partCount) =>
        Assert.False(PageToken.TryRead(PageToken.Write("list/a", "1", "2"), scope, partCount, out _));

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("not base64 !")]
    public void Token_Damaged_IsRefused(string token) => Assert.False(PageToken.TryRead(token, "list/a", 1, out _));

    [Fact]
    public void Token_OneCharacterChanged_IsRefused()
    {
        string token = PageToken.Write("list/a", "42");
        for (int i = 0; i < token.Length - 1; i++)
        {
            string changed = $"{token[..i]}{(token[i] == 'A' ? 'B' : 'A')}{token[(i + 1)..]}";
            Assert.False(PageToken.TryRead(changed, "list/a", 1, out _));
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("_Name9", true)]
    [InlineData("", false)]
    [InlineData("9a", false)]
    [InlineData("a\"; drop table x --", false)]
    [InlineData("a\n", false)]
    public void SqlIdentifier_Names_AreCheckedWhole(string name, bool isAllowed)
    {
        if (isAllowed)
        {
            Assert.Equal($"\"{name}\"", SqlIdentifier.Quote(name));
        }
        else
        {
            Assert.Throws<ArgumentException>(() => SqlIdentifier.Quote(name));
        }
    }

    [Fact]
    public void DeterministicId_SameName_IsTheSameVersion5Id()
    {
        Guid parent = Guid.Parse("01930000-0000-7000-8000-000000000000");
        Guid id = DeterministicId.Create(parent, "event/1");
        Assert.Equal(id, DeterministicId.Create(parent, "event/1"));
        Assert.NotEqual(id, DeterministicId.Create(parent, "event/2"));
        Assert.Equal(5, id.Version);
    }

    // Lone surrogates have no UTF-8 form.
    private static bool IsText(string part) => !part.Any(char.IsSurrogate);
}
