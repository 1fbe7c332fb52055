using System.Globalization;

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>Versions in a column: <c>uuid:version</c> separated by commas, or nothing.</summary>
internal static class VersionText
{
    public static string Write(IReadOnlyList<VersionKey> keys) =>
        string.Join(',', keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key.WorkflowId}:{key.Version}")));

    public static IEnumerable<VersionKey> Read(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part =>
            new VersionKey(Guid.Parse(part.AsSpan(0, 36)), int.Parse(part.AsSpan(37), NumberStyles.None, CultureInfo.InvariantCulture)));
}
