namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="MartingaleStrategy"/>. All limits bind: doubling ends, and a loss ends the position.</summary>
/// <param name="DropPpm">Fall below the last buy in millionths at which the next, doubled buy is made, 100 to 900,000. Default 50,000 (5 %).</param>
/// <param name="DoublingsMax">Doublings after the first buy, 0 to 10. Default 3.</param>
/// <param name="TakeProfitPpm">Rise above the average cost in millionths at which all is sold, 100 to 10,000,000. Default 30,000 (3 %).</param>
/// <param name="StopLossPpm">Fall below the average cost in millionths at which all is sold, 100 to 1,000,000. Default 150,000 (15 %).</param>
/// <param name="Size">The first buy; the default splits equity evenly over all instruments so that all doublings can be paid.</param>
public sealed record MartingaleParameters(long DropPpm, int DoublingsMax, long TakeProfitPpm, long StopLossPpm, OrderSize Size);
