using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an entry point on a thread of its own and stops it at Build until the test builds; its Run never happens.</summary>
internal sealed class EntryPointHook(Assembly assembly, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure) : TestingHook
{
    private readonly TaskCompletionSource<IDistributedApplicationBuilder> _building = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _mayBuild = new();
    private DistributedApplicationBuilder? _builder;
    private bool _isAbandoned;

    public override Assembly EntryAssembly => assembly;

    /// <summary>Directory that this instance made and deletes; null when the caller named one.</summary>
    public string? OwnDirectory { get; private set; }

    public Task<IDistributedApplicationBuilder> Building => _building.Task;

    public void Run(string[] args)
    {
        MethodInfo main = assembly.EntryPoint ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no entry point.");
        var thread = new Thread(() =>
        {
            Current.Value = this;
            try
            {
                object? result = main.Invoke(null, main.GetParameters().Length == 0 ? [] : [args]);
                (result as Task)?.GetAwaiter().GetResult();
                Fail(new InvalidOperationException("The entry point ended without building an application."));
            }
            catch (TargetInvocationException exception) when (exception.InnerException is HostAbortedException)
            {
            }
            catch (Exception exception) // Whatever the entry point throws is the test's to see.
            {
                Fail((exception as TargetInvocationException)?.InnerException ?? exception);
            }
        }) { IsBackground = true, Name = "AppHost entry point" };
        thread.Start();
    }

    public override void OnCreated(DistributedApplicationBuilder builder, DistributedApplicationOptions options)
    {
        _builder = builder;
        options.DisableDashboard = true;
        configure(options, new HostApplicationBuilderSettings());
        if (builder.Configuration[LocalOptions.DataDirectoryKey] is null && builder.Configuration["data"] is null)
        {
            OwnDirectory = Path.Combine(Path.GetTempPath(), "eq-apphost-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
            builder.Configuration[LocalOptions.DataDirectoryKey] = OwnDirectory;
        }

        builder.Configuration["LocalHosting:Quiet"] = "true";
    }

    public override void OnBuilding()
    {
        _building.TrySetResult(_builder!);
        _mayBuild.Wait();
        if (_isAbandoned)
        {
            throw new HostAbortedException("The test did not build the application.");
        }
    }

    public override void OnBuilt(DistributedApplication application)
    {
        _built.TrySetResult(application);
        throw new HostAbortedException("The test runs the application.");
    }

    public Task<DistributedApplication> BuildAsync()
    {
        _mayBuild.Set();
        return _built.Task;
    }

    public void Abandon()
    {
        _isAbandoned = !_mayBuild.IsSet;
        _mayBuild.Set();
    }

    private void Fail(Exception exception)
    {
        _building.TrySetException(exception);
        _built.TrySetException(exception);
    }
}
