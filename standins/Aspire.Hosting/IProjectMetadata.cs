namespace Aspire.Hosting;

/// <summary>Where a project is; the build generates one class for each project that the AppHost refers to.</summary>
public interface IProjectMetadata : ApplicationModel.IResourceAnnotation
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>True when the AppHost's own build builds the project.</summary>
    bool SuppressBuild => false;
}
