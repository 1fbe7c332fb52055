namespace EasyQuant.Nodes.Data;

/// <summary>Verb of an HTTP request.</summary>
public enum HttpMethodName
{
    /// <summary>Reads.</summary>
    Get = 0,

    /// <summary>Sends; carries an Idempotency-Key that stays the same when the step is repeated.</summary>
    Post = 1,

    /// <summary>Replaces; carries an Idempotency-Key.</summary>
    Put = 2,

    /// <summary>Changes; carries an Idempotency-Key.</summary>
    Patch = 3,

    /// <summary>Deletes; carries an Idempotency-Key.</summary>
    Delete = 4,
}
