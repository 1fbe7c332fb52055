namespace EasyQuant.Faults;

/// <summary>All fault tests, one after the other on one platform.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultFixture>
{
    public const string Name = "faults";
}
