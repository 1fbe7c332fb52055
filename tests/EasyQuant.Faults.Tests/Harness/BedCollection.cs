namespace EasyQuant.Faults.Harness;

/// <summary>All tests on the fault bed, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BedCollection : ICollectionFixture<FaultBed>
{
    public const string Name = "fault bed";

    /// <summary>Trait of the tests on a bed of processes.</summary>
    public const string Suite = "Suite";

    public const string Bed = "bed";
}
