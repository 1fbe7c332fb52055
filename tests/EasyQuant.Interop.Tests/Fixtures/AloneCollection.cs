namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Tests that measure the memory of the process, so that no other test may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
