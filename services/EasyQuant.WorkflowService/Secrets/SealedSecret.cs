namespace EasyQuant.WorkflowService.Secrets;

/// <summary>A value as the database keeps it.</summary>
/// <param name="Nonce">12 bytes, drawn for this value.</param>
/// <param name="Ciphertext">Ciphertext with its tag of 16 bytes behind it.</param>
/// <param name="DataKey">Nonce, ciphertext and tag of the key of this value: 60 bytes.</param>
/// <param name="KeyId">Key-encryption key under which the data key is sealed.</param>
internal sealed record SealedSecret(byte[] Nonce, byte[] Ciphertext, byte[] DataKey, string KeyId);
