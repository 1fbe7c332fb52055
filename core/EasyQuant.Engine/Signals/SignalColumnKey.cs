namespace EasyQuant.Engine;

/// <summary>Names a cached column: kind and parameters; <paramref name="Source"/> is the position of the column that it is made of.</summary>
internal readonly record struct SignalColumnKey(SignalColumnKind Kind, int First, int Second, int Third, double Width, int Source);
