namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="TurtleStrategy"/>; the defaults are system 1 of the turtles.</summary>
/// <param name="Entry">Bars of the channel whose upper end is broken to enter, 2 to 1000. Default 20.</param>
/// <param name="Exit">Bars of the channel whose lower end is broken to leave, 1 to 1000. Default 10.</param>
/// <param name="AtrPeriod">Bars of the average true range N, 1 to 1000. Default 20.</param>
/// <param name="RiskPpm">Equity in millionths that a unit loses when the price falls by N, 1 to 1,000,000. Default 10,000.</param>
/// <param name="UnitsMax">Most units held of one instrument, 1 to 20. Default 4.</param>
/// <param name="AddAtr">Rise above the last entry in N at which a unit is added, 0.01 to 100. Default 0.5.</param>
/// <param name="StopAtr">Fall below the last entry in N at which all is sold, 0.01 to 100. Default 2.</param>
public sealed record TurtleParameters(
    int Entry = 20, int Exit = 10, int AtrPeriod = 20, long RiskPpm = 10_000, int UnitsMax = 4, double AddAtr = 0.5, double StopAtr = 2);
