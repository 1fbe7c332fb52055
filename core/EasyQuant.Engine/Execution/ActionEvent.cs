namespace EasyQuant.Engine;

/// <summary>One thing that a corporate action does on one day.</summary>
/// <param name="Day">Position in the calendar.</param>
/// <param name="Step">What happens; steps of a day run in the order of the enumeration.</param>
/// <param name="Action">Index of the action in the run's list.</param>
internal readonly record struct ActionEvent(int Day, ActionStep Step, int Action);
