namespace EasyQuant.Flow;

/// <summary>Parameter record of a node without parameters.</summary>
public sealed record NoParameters;
