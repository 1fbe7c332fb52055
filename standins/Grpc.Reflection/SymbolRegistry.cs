using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Finds descriptors by file name and symbol. Immutable.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);

    private SymbolRegistry()
    {
    }

    /// <summary>Indexes files and everything they import.</summary>
    /// <param name="fileDescriptors">The files.</param>
    /// <returns>The registry.</returns>
    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        var registry = new SymbolRegistry();
        foreach (FileDescriptor file in WithImports(fileDescriptors))
        {
            registry.Add(file);
        }

        return registry;
    }

    /// <summary>Finds a file.</summary>
    /// <param name="filename">The name as other files import it.</param>
    /// <returns>The file, or null.</returns>
    public FileDescriptor? FileByName(string filename) => _files.GetValueOrDefault(filename);

    /// <summary>Finds the file that declares a symbol.</summary>
    /// <param name="symbol">The full name of a service, method, message, enum or enum value.</param>
    /// <returns>The file, or null.</returns>
    public FileDescriptor? FileContainingSymbol(string symbol) => _symbols.GetValueOrDefault(symbol);

    /// <summary>Lists files and everything they import, each once, an importing file before what it imports.</summary>
    internal static IEnumerable<FileDescriptor> WithImports(IEnumerable<FileDescriptor> files)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<FileDescriptor>(files);
        while (queue.TryDequeue(out FileDescriptor? file))
        {
            if (!seen.Add(file.Name))
            {
                continue;
            }

            yield return file;
            foreach (FileDescriptor import in file.Dependencies)
            {
                queue.Enqueue(import);
            }
        }
    }

    private void Add(FileDescriptor file)
    {
        _files[file.Name] = file;
        foreach (ServiceDescriptor service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (MethodDescriptor method in service.Methods)
            {
                _symbols[method.FullName] = file;
            }
        }

        var messages = new Stack<MessageDescriptor>(file.MessageTypes);
        AddEnums(file, file.EnumTypes);
        while (messages.TryPop(out MessageDescriptor? message))
        {
            _symbols[message.FullName] = file;
            AddEnums(file, message.EnumTypes);
            foreach (MessageDescriptor nested in message.NestedTypes)
            {
                messages.Push(nested);
            }
        }
    }

    private void AddEnums(FileDescriptor file, IEnumerable<EnumDescriptor> enums)
    {
        foreach (EnumDescriptor type in enums)
        {
            _symbols[type.FullName] = file;
            foreach (EnumValueDescriptor value in type.Values)
            {
                _symbols[value.FullName] = file;
            }
        }
    }
}
