namespace EasyQuant.Flow.Tests.Groups;

internal sealed record GroupNodeParameters
{
    public string? Topic { get; init; }

    public string? Group { get; init; }

    public string? Serializer { get; init; }

    public string? Deserializer { get; init; }
}
