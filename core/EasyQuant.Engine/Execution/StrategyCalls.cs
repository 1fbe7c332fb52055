using System.Reflection;

namespace EasyQuant.Engine;

/// <summary>
/// Which of the members with a default body a strategy implements itself. Calling a default body on a struct would box it; the fields are constants
/// to the compiler, so calls of members left out vanish.
/// </summary>
internal static class StrategyCalls<TStrategy>
    where TStrategy : IStrategy
{
    /// <summary>False when the body of OnBar is empty, so that bars need not be shown.</summary>
    public static readonly bool HasOnBar = !IsEmpty(nameof(IStrategy.OnBar));
    public static readonly bool HasOnBarsComplete = Has(nameof(IStrategy.OnBarsComplete));
    public static readonly bool HasOnFill = Has(nameof(IStrategy.OnFill));
    public static readonly bool HasOnOrder = Has(nameof(IStrategy.OnOrder));
    public static readonly bool HasOnHeartbeat = Has(nameof(IStrategy.OnHeartbeat));

    private static bool IsEmpty(string name)
    {
        const byte NoOperation = 0x00;
        const byte Return = 0x2A;
        Type type = typeof(TStrategy);
        if (type.IsInterface || type.IsAbstract)
        {
            return false;
        }

        InterfaceMapping map = type.GetInterfaceMap(typeof(IStrategy));
        int index = Array.FindIndex(map.InterfaceMethods, method => method.Name == name);
        byte[] body = map.TargetMethods[index].GetMethodBody()?.GetILAsByteArray() ?? [];
        return body.Length > 0 && body[^1] == Return && body.AsSpan(0, body.Length - 1).IndexOfAnyExcept(NoOperation) < 0;
    }

    private static bool Has(string name)
    {
        Type type = typeof(TStrategy);
        if (type.IsInterface || type.IsAbstract)
        {
            return true;
        }

        InterfaceMapping map = type.GetInterfaceMap(typeof(IStrategy));
        int index = Array.FindIndex(map.InterfaceMethods, method => method.Name == name);
        return map.TargetMethods[index].DeclaringType != typeof(IStrategy);
    }
}
