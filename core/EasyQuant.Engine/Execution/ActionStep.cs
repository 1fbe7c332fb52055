namespace EasyQuant.Engine;

/// <summary>What a corporate action does on a day, in the order in which steps of a day run.</summary>
internal enum ActionStep
{
    /// <summary>New shares become listed.</summary>
    List,

    /// <summary>Holders at the last close become entitled.</summary>
    Entitle,

    /// <summary>The action takes effect.</summary>
    TakeEffect,

    /// <summary>Cash arrives or is paid.</summary>
    Pay,
}
