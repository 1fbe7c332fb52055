using System.Buffers;
using System.Text;
using Grpc.Core.Utils;

namespace Grpc.Core;

/// <content>The entry.</content>
public sealed partial class Metadata
{
    private static readonly SearchValues<char> s_keyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>One header: a lower-case key with text, or with bytes when the key ends with the binary suffix. Immutable.</summary>
    public class Entry
    {
        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        /// <summary>Makes an entry with bytes.</summary>
        /// <param name="key">The key, with the binary suffix; stored in lower case.</param>
        /// <param name="valueBytes">The bytes, copied.</param>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(
                IsBinary, $"Key '{Key}' carries bytes and must end with '{BinaryHeaderSuffix}'.");
            _valueBytes = (byte[])GrpcPreconditions.CheckNotNull(valueBytes, nameof(valueBytes))!.Clone();
        }

        /// <summary>Makes an entry with text.</summary>
        /// <param name="key">The key, without the binary suffix; stored in lower case.</param>
        /// <param name="value">ASCII text.</param>
        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(
                !IsBinary, $"Key '{Key}' ends with '{BinaryHeaderSuffix}' and must carry bytes.");
            _value = GrpcPreconditions.CheckNotNull(value, nameof(value))!;
        }

        /// <summary>The key in lower case.</summary>
        public string Key { get; }

        /// <summary>A copy of the bytes; the ASCII bytes of a text.</summary>
        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : (byte[])_valueBytes.Clone();

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry carries bytes.</exception>
        public string Value
        {
            get
            {
                GrpcPreconditions.CheckState(!IsBinary, "Cannot access string value of a binary metadata entry");
                return _value!;
            }
        }

        /// <summary>True when the entry carries bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The entry for a log; bytes are not shown.</summary>
        /// <returns>Key and value.</returns>
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={_valueBytes}]" : $"[Entry: key={Key}, value={_value}]";

        internal bool HasKey(string key) => Key.Equals(key, StringComparison.OrdinalIgnoreCase);

        private static string NormalizeKey(string key)
        {
            GrpcPreconditions.CheckNotNull(key, nameof(key));
            string normalized = key.ToLowerInvariant();
            GrpcPreconditions.CheckArgument(
                normalized.Length > 0 && !normalized.AsSpan().ContainsAnyExcept(s_keyCharacters),
                $"Metadata entry key '{key}' is not valid. Keys consist of letters, digits, underscores, hyphens and dots.");
            return normalized;
        }
    }
}
