namespace Grpc.AspNetCore.ClientFactory;

/// <summary>How a client inherits from the server call that uses it.</summary>
public class GrpcContextPropagationOptions
{
    /// <summary>True to make a call without inheritance where no server call is under way. Default false: such a call fails.</summary>
    public bool SuppressContextNotFoundErrors { get; set; }
}
