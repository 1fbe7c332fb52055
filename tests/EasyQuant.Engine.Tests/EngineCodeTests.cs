using System.Text;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Indicators;

namespace EasyQuant.Engine.Tests;

public sealed class EngineCodeTests
{
    /// <summary>The ids that the code hash is made of are derived from the bytes of the assemblies; none of them may hold the folder of the build.</summary>
    [Fact]
    public void CoreAssemblies_AnyFolder_DoNotHoldItsName()
    {
        string root = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf("artifacts", StringComparison.Ordinal)];
        foreach (Type part in new[] { typeof(Price), typeof(SmaStream), typeof(EngineCode) })
        {
            byte[] bytes = File.ReadAllBytes(part.Assembly.Location);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(root)) < 0, $"{part.Assembly.GetName().Name} holds {root}");
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(root)) < 0, $"{part.Assembly.GetName().Name} holds {root}");
        }
    }
}
