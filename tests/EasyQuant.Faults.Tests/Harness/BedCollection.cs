namespace EasyQuant.Faults.Harness;

/// <summary>All tests on the fault bed, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BedCollection : ICollectionFixture<FaultBed>
{
    public const string Name = "fault bed";
}
