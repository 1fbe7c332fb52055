using System.Collections;

namespace EasyQuant.Flow;

/// <summary>Collects errors up to <see cref="FlowLimits.ErrorsMax"/>; hostile input must not fill the memory with them.</summary>
internal sealed class FlowErrorList : ICollection<FlowError>
{
    private readonly List<FlowError> _errors = [];

    public int Count => _errors.Count;

    public bool IsReadOnly => false;

    public bool IsFull => _errors.Count >= FlowLimits.ErrorsMax;

    public IReadOnlyList<FlowError> Errors => _errors;

    public void Add(FlowError item)
    {
        if (_errors.Count < FlowLimits.ErrorsMax - 1)
        {
            _errors.Add(item);
        }
        else if (!IsFull)
        {
            _errors.Add(new FlowError("LIMIT_EXCEEDED", null, "", $"There are more than {FlowLimits.ErrorsMax - 1} errors; the rest is left out."));
        }
    }

    public void Add(string reason, string? nodeId, string pointer, string message) => Add(new FlowError(reason, nodeId, pointer, message));

    public void Clear() => _errors.Clear();

    public bool Contains(FlowError item) => _errors.Contains(item);

    public void CopyTo(FlowError[] array, int arrayIndex) => _errors.CopyTo(array, arrayIndex);

    public bool Remove(FlowError item) => _errors.Remove(item);

    public IEnumerator<FlowError> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _errors.GetEnumerator();
}
