using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Services.Tests;

/// <summary>Keeps what a host logs, at every level.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Texts { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Texts.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
