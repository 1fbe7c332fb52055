using System.Security.Cryptography;
using System.Text;
using EasyQuant.WorkflowService.Secrets;

namespace EasyQuant.Services.Tests.Secrets;

public sealed class SecretEnvelopeTests
{
    private static readonly SecretIdentity s_identity = new("default", "broker-token", 3, ["api.broker.com", "127.0.0.1:8080"]);
    private static readonly byte[] s_value = Encoding.UTF8.GetBytes("canary-4f7c1d22");
    private readonly KeyRing _ring = new([RandomNumberGenerator.GetBytes(KeyRing.KeyBytes)]);

    public static TheoryData<string> Parts => new(["nonce", "ciphertext", "tag", "key nonce", "key", "key tag", "key id", "cut ciphertext", "cut key"]);

    public static TheoryData<string> Identities => new(["project", "name", "version", "hosts", "moved host"]);

    [Fact]
    public void Open_OfWhatWasSealed_GivesTheValue()
    {
        SealedSecret secret = SecretEnvelope.Seal(_ring, s_identity, s_value);

        Assert.Equal(s_value, SecretEnvelope.Open(_ring, s_identity, secret));
        Assert.Equal(-1, secret.Ciphertext.AsSpan().IndexOf(s_value.AsSpan(0, 4)));
    }

    [Fact]
    public void Seal_TheSameValueTwice_GivesNothingInCommon()
    {
        SealedSecret one = SecretEnvelope.Seal(_ring, s_identity, s_value);
        SealedSecret two = SecretEnvelope.Seal(_ring, s_identity, s_value);

        Assert.NotEqual(one.Nonce, two.Nonce);
        Assert.NotEqual(one.Ciphertext, two.Ciphertext);
        Assert.NotEqual(one.DataKey, two.DataKey);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Open_WithAChangedPart_IsRefused(string part)
    {
        SealedSecret secret = SecretEnvelope.Seal(_ring, s_identity, s_value);
        SealedSecret changed = part switch
        {
            "nonce" => secret with { Nonce = Flip(secret.Nonce, 0) },
            "ciphertext" => secret with { Ciphertext = Flip(secret.Ciphertext, 0) },
            "tag" => secret with { Ciphertext = Flip(secret.Ciphertext, secret.Ciphertext.Length - 1) },
            "key nonce" => secret with { DataKey = Flip(secret.DataKey, 0) },
            "key" => secret with { DataKey = Flip(secret.DataKey, 12) },
            "key tag" => secret with { DataKey = Flip(secret.DataKey, 59) },
            "key id" => secret with { KeyId = "0011223344556677" },
            "cut ciphertext" => secret with { Ciphertext = secret.Ciphertext[..10] },
            _ => secret with { DataKey = secret.DataKey[..40] },
        };

        Assert.ThrowsAny<CryptographicException>(() => SecretEnvelope.Open(_ring, s_identity, changed));
    }

    [Theory]
    [MemberData(nameof(Identities))]
    public void Open_UnderAnotherIdentity_IsRefused(string part)
    {
        SealedSecret secret = SecretEnvelope.Seal(_ring, s_identity, s_value);
        SecretIdentity other = part switch
        {
            "project" => s_identity with { ProjectId = "other" },
            "name" => s_identity with { Name = "broker-token2" },
            "version" => s_identity with { Version = 4 },
            "hosts" => s_identity with { Hosts = [.. s_identity.Hosts, "evil.example"] },
            _ => s_identity with { Name = "broker-tokenapi.broker.com", Hosts = [s_identity.Hosts[1]] },
        };

        Assert.ThrowsAny<CryptographicException>(() => SecretEnvelope.Open(_ring, other, secret));
    }

    [Fact]
    public void Rewrap_UnderANewKey_NeedsTheOldKeyNoMore()
    {
        byte[] oldKey = RandomNumberGenerator.GetBytes(KeyRing.KeyBytes);
        byte[] newKey = RandomNumberGenerator.GetBytes(KeyRing.KeyBytes);
        var both = new KeyRing([oldKey, newKey]);
        SealedSecret secret = SecretEnvelope.Seal(new KeyRing([oldKey]), s_identity, s_value);

        Assert.Equal(s_value, SecretEnvelope.Open(both, s_identity, secret));
        SealedSecret anew = SecretEnvelope.Rewrap(both, s_identity, secret);

        Assert.Equal(s_value, SecretEnvelope.Open(new KeyRing([newKey]), s_identity, anew));
        Assert.ThrowsAny<CryptographicException>(() => SecretEnvelope.Open(new KeyRing([oldKey]), s_identity, anew));
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= 1;
        return changed;
    }
}
