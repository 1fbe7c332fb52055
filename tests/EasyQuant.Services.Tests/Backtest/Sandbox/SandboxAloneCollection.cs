namespace EasyQuant.Services.Tests.Backtest.Sandbox;

/// <summary>Tests that measure the memory of this process, so nothing else may run in it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SandboxAloneCollection
{
    public const string Name = "sandbox alone";
}
