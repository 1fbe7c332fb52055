namespace EasyQuant.EndToEnd;

/// <summary>All tests of one platform, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PlatformCollection : ICollectionFixture<PlatformFixture>
{
    public const string Name = "platform";
}
