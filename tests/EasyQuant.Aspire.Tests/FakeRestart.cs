using System.Data.Common;

namespace EasyQuant.Aspire.Tests;

/// <summary>What a database driver throws while its server restarts.</summary>
internal sealed class FakeRestart() : DbException("secret detail")
{
    public override bool IsTransient => true;
}
