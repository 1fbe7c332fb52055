namespace EasyQuant.Engine;

/// <summary>How a lane ended. <paramref name="IsLeft"/>: something happened that lanes do not do (a buy beyond the cash), so the other figures do not count.</summary>
internal readonly record struct LaneOutcome(long Cash, bool IsHeld, int OrderCount, int FillCount, int WinCount, bool IsLeft);
