namespace Grpc.Core;

/// <summary>What a server call hands to the calls it makes.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
