using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Checks the inputs of a run against what its workflow declares.</summary>
public static class InputChecks
{
    private static readonly string[] s_types = ["any", "string", "integer", "number", "boolean", "array", "object"];

    /// <summary>Returns everything that is wrong with the inputs: <c>INPUT_UNKNOWN</c>, <c>INPUT_MISSING</c>, <c>INPUT_TYPE</c>. Pointers start at the inputs object.</summary>
    public static IReadOnlyList<FlowError> Check(WorkflowDefinition definition, IReadOnlyDictionary<string, JsonNode?> inputs)
    {
        var errors = new FlowErrorList();
        int known = 0;
        foreach (WorkflowInput input in definition.Inputs)
        {
            if (inputs.TryGetValue(input.Name, out JsonNode? value))
            {
                known++;
                if (!IsOfType(value, input.Type) && !(value is null && !input.Required))
                {
                    errors.Add("INPUT_TYPE", null, "/" + input.Name, $"Input '{input.Name}' is {input.Type}, got {SchemaValidator.TypeOf(value)}.");
                }
            }
            else if (input.Required)
            {
                errors.Add("INPUT_MISSING", null, "/" + input.Name, $"Input '{input.Name}' ({input.Type}) is required.");
            }
        }

        if (known < inputs.Count)
        {
            HashSet<string> names = [.. definition.Inputs.Select(i => i.Name)];
            foreach (string name in inputs.Keys.Where(n => !names.Contains(n)).Order(StringComparer.Ordinal))
            {
                errors.Add(
                    "INPUT_UNKNOWN", null, "/" + JsonPointer.Escape(name), $"There is no input '{name}'; declared: {string.Join(", ", definition.Inputs.Select(i => i.Name))}.");
            }
        }

        return errors.Errors;
    }

    internal static bool IsType(string type) => s_types.Contains(type, StringComparer.Ordinal);

    internal static bool IsOfType(JsonNode? value, string type)
    {
        string actual = SchemaValidator.TypeOf(value);
        return type == "any" || type == actual || (type == "number" && actual == "integer");
    }
}
