using System.Reflection;
using System.Runtime.CompilerServices;
using EasyQuant.Domain;

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
    public static readonly bool HasOnTick = Has(nameof(IStrategy.OnTick));
    public static readonly bool HasOnHeartbeat = Has(nameof(IStrategy.OnHeartbeat));
    private static readonly bool s_hasFieldsRead = Has("get_" + nameof(IStrategy.FieldsRead));

    /// <summary>Fields that bars withhold from a strategy; a constant to the compiler where the strategy's own property is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BarFields Withheld(ref readonly TStrategy strategy) =>
        s_hasFieldsRead ? BarFields.All & ~Unsafe.AsRef(in strategy).FieldsRead : BarFields.None;

    /// <summary>True when the body does nothing but return, itself or through the forwarder that the compiler makes for members with <c>in</c> parameters.</summary>
    private static bool IsEmpty(string name)
    {
        Type type = typeof(TStrategy);
        if (type.IsInterface || type.IsAbstract)
        {
            return false;
        }

        InterfaceMapping map = type.GetInterfaceMap(typeof(IStrategy));
        MethodBase method = map.TargetMethods[Array.FindIndex(map.InterfaceMethods, method => method.Name == name)];
        byte[] body = BodyOf(method);
        ReadOnlySpan<byte> passArguments = [0x02, 0x03, 0x04, 0x05, 0x28];
        if (body.Length == 10 && body.AsSpan(0, 5).SequenceEqual(passArguments) && !type.IsGenericType)
        {
            method = method.Module.ResolveMethod(BitConverter.ToInt32(body, 5))!;
            body = BodyOf(method);
        }

        return body.Length > 0 && body[^1] == 0x2A && body.AsSpan(0, body.Length - 1).IndexOfAnyExcept((byte)0x00) < 0;
    }

    private static byte[] BodyOf(MethodBase method) => method.GetMethodBody()?.GetILAsByteArray() ?? [];

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
