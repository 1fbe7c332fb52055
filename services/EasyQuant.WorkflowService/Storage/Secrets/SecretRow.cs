using EasyQuant.Contracts.Secret.V1;
using EasyQuant.WorkflowService.Secrets;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Secrets;

/// <summary>A secret as stored, sealed.</summary>
/// <param name="Identity">What the value belongs to.</param>
/// <param name="Sealed">The value.</param>
/// <param name="CreateTime">When the first value was stored.</param>
/// <param name="UpdateTime">When this value was stored.</param>
/// <param name="LastUseTime">When a Runner last read it; null before.</param>
/// <param name="Actor">Who stored it.</param>
internal sealed record SecretRow(
    SecretIdentity Identity, SealedSecret Sealed, DateTimeOffset CreateTime, DateTimeOffset UpdateTime, DateTimeOffset? LastUseTime, string Actor)
{
    public const string Columns = "project_id, name, version, hosts, nonce, ciphertext, data_key, key_id, create_time, update_time, last_use_time, actor";

    public static SecretRow Read(NpgsqlDataReader reader) => new(
        new SecretIdentity(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<string[]>(3)),
        new SealedSecret(reader.GetFieldValue<byte[]>(4), reader.GetFieldValue<byte[]>(5), reader.GetFieldValue<byte[]>(6), reader.GetString(7)),
        new DateTimeOffset(reader.GetDateTime(8), TimeSpan.Zero),
        new DateTimeOffset(reader.GetDateTime(9), TimeSpan.Zero),
        Pg.TimeOrNull(reader, 10),
        reader.GetString(11));

    /// <summary>What callers see.</summary>
    public Secret ToWire()
    {
        var secret = new Secret
        {
            Name = Identity.Name,
            Version = Identity.Version,
            CreateTime = CreateTime.ToTimestamp(),
            UpdateTime = UpdateTime.ToTimestamp(),
            LastUseTime = LastUseTime?.ToTimestamp(),
            Actor = Actor,
            KeyId = Sealed.KeyId,
        };
        secret.Hosts.AddRange(Identity.Hosts);
        return secret;
    }
}
