namespace EasyQuant.AppHost;

/// <summary>Names of the resources; services find each other and their connection strings by them.</summary>
internal static class ResourceNames
{
    public const string Postgres = "postgres";
    public const string Database = "easyquant";
    public const string Messaging = "messaging";
    public const string Redis = "redis";
    public const string Workflow = "workflow";
    public const string Runner = "runner";
    public const string Scheduler = "scheduler";
    public const string Backtest = "backtest";
    public const string Monitor = "monitor";
    public const string Gateway = "gateway";
    public const string InternalCredential = "internal-credential";
    public const string DataPassword = "data-password";
}
