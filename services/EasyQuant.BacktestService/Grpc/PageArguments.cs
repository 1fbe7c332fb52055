using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Checks of page sizes and tokens.</summary>
internal static class PageArguments
{
    /// <summary>Returns the page size, the default for 0.</summary>
    /// <exception cref="RpcError">InvalidArgument PAGE_SIZE_INVALID.</exception>
    public static int Size(int asked, int standard, int max) => asked == 0
        ? standard
        : asked > 0 && asked <= max
            ? asked
            : throw RpcError.Invalid("PAGE_SIZE_INVALID", "page_size", $"The page size must be from 1 to {max}, was {asked}.");

    /// <summary>Returns the key within a token, null for the first page.</summary>
    /// <exception cref="RpcError">InvalidArgument PAGE_TOKEN_INVALID.</exception>
    public static IReadOnlyList<string>? Key(string token, string scope, int partCount) => token.Length == 0
        ? null
        : PageToken.TryRead(token, scope, partCount, out IReadOnlyList<string> key)
            ? key
            : throw Invalid();

    /// <summary>Returns the row index within a token, 0 for the first page.</summary>
    /// <exception cref="RpcError">InvalidArgument PAGE_TOKEN_INVALID.</exception>
    public static int Index(string token, string scope) => Key(token, scope, 1) is not { } key
        ? 0
        : int.TryParse(key[0], System.Globalization.CultureInfo.InvariantCulture, out int index) && index >= 0 ? index : throw Invalid();

    /// <summary>Says that a token belongs to something else.</summary>
    public static RpcError Invalid() => RpcError.Invalid(
        "PAGE_TOKEN_INVALID", "page_token", "The page token is damaged or belongs to another list; start with the first page.");
}
