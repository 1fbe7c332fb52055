namespace EasyQuant.Samples.Orders;

/// <summary>How the <see cref="BrokerServer"/> of the samples behaves.</summary>
public sealed record BrokerOptions
{
    /// <summary>Port of the loopback address; 0 for one that is free.</summary>
    public required int Port { get; init; }

    /// <summary>Token that each request must carry as <c>Authorization: Bearer</c>, at least 8 characters.</summary>
    public required string Token { get; init; }

    /// <summary>Of how many new orders the first answer is lost for one: the order is taken and 503 is answered. Default 2; 0 for none.</summary>
    public int LostAnswerEvery { get; init; } = 2;
}
