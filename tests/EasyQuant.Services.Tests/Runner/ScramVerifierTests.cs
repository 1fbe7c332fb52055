using EasyQuant.RunnerService.Storage;

namespace EasyQuant.Services.Tests.Runner;

public sealed class ScramVerifierTests
{
    // Password, salt and iterations are those of the example in RFC 7677, section 3; the keys follow from them, computed with hashlib of Python.
    [Fact]
    public void Create_InputsOfTheStandardsExample_GivesTheirKeys() => Assert.Equal(
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        ScramVerifier.Create("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==")));

    [Fact]
    public void Create_Twice_HasASaltOfItsOwn() => Assert.NotEqual(ScramVerifier.Create("pencil"), ScramVerifier.Create("pencil"));
}
