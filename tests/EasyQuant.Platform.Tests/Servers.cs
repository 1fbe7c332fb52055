using EasyQuant.Testing;

namespace EasyQuant.Platform.Tests;

[CollectionDefinition(Name)]
public sealed class Servers : ICollectionFixture<TestServersFixture>
{
    public const string Name = "servers";
}
