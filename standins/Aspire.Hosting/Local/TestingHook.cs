namespace Aspire.Hosting.Local;

/// <summary>Lets the testing builder run an AppHost's own entry point up to its Build.</summary>
internal abstract class TestingHook
{
    public static AsyncLocal<TestingHook?> Current { get; } = new();

    /// <summary>The assembly of the entry point.</summary>
    public abstract System.Reflection.Assembly EntryAssembly { get; }

    /// <summary>The entry point made its builder.</summary>
    public abstract void OnCreated(DistributedApplicationBuilder builder, DistributedApplicationOptions options);

    /// <summary>The entry point wants to build: everything is described. Blocks until the test builds.</summary>
    public abstract void OnBuilding();

    /// <summary>The application is built; the entry point must not run it.</summary>
    public abstract void OnBuilt(DistributedApplication application);
}
