namespace EasyQuant.Nodes.Data;

/// <summary>Calendar that bars are judged by.</summary>
public enum QualityCalendar
{
    /// <summary>Days on which at least a fifth of the symbols have a bar.</summary>
    Derived = 0,

    /// <summary>Trading days of the mainland exchanges.</summary>
    China = 1,
}
