namespace EasyQuant.Faults.Harness;

/// <summary>All tests on the fault bed, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BedCollection : ICollectionFixture<FaultBed>
{
    public const string Name = "fault bed";

    /// <summary>Trait by which <c>./test.sh</c> leaves these tests to <c>./test.sh --faults</c>.</summary>
    public const string Suite = "Suite";

    public const string Bed = "bed";
}
