namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>Names of the metadata that calls between services carry. Lower case, as HTTP/2 sends them.</summary>
public static class CallHeaders
{
    /// <summary>Id of the project that the call acts in; every business call has it.</summary>
    public const string Project = "x-easyquant-project";

    /// <summary>Who caused the call: <c>key:&lt;id&gt;</c> of an API key, or <c>service:&lt;name&gt;</c>.</summary>
    public const string Actor = "x-easyquant-actor";

    /// <summary>The internal credential; never forwarded from outside.</summary>
    public const string InternalCredential = "x-easyquant-internal";
}
