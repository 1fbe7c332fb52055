using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Makes instances of a strategy of a user. Thread-safe.</summary>
internal sealed class StrategyFactory
{
    private readonly ConstructorInfo _constructor;

    private StrategyFactory(ConstructorInfo constructor) => _constructor = constructor;

    /// <summary>Loads the assembly of a job.</summary>
    public static StrategyFactory Load(JobFolder folder, string className)
    {
        using var assembly = new MemoryStream(File.ReadAllBytes(folder.Assembly));
        using var symbols = new MemoryStream(File.ReadAllBytes(folder.Symbols));
        var context = new AssemblyLoadContext("strategy", isCollectible: false);
        Type type = context.LoadFromStream(assembly, symbols).GetType(className, throwOnError: true)!;
        return new StrategyFactory(type.GetConstructors().Single());
    }

    /// <summary>Makes a fresh strategy.</summary>
    /// <param name="values">One value a constructor parameter, in order; see <see cref="ParameterValues"/>.</param>
    public IStrategy Create(object?[] values) => (IStrategy)_constructor.Invoke(values);
}
