using System.Text;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class MarketListNodeTests
{
    private const string Facts = """
        {"instruments":[
          {"symbol":"600000.SH","list_date":"2000-01-04"},
          {"symbol":"688001.SH","list_date":"2024-01-03"},
          {"symbol":"000001.SZ","list_date":"2000-01-04","delist_date":"2024-01-02","special_treatment":[{"first":"2024-01-01","last":"2024-01-02"}]}]}
        """;

    [Theory]
    [InlineData("""{}""", """["600000.SH","688001.SH"]""")]
    [InlineData("""{"date":"2024-01-02"}""", """["000001.SZ","600000.SH"]""")]
    [InlineData("""{"date":"2024-01-02","includeSpecialTreatment":false}""", """["600000.SH"]""")]
    [InlineData("""{"date":"2024-01-02","exchanges":["SZ"]}""", """["000001.SZ"]""")]
    [InlineData("""{"boards":["star"]}""", """["688001.SH"]""")]
    [InlineData("""{"date":"1999-01-01"}""", """[]""")]
    public async Task MarketList_OnADate_ListsWhatIsListedThen(string change, string expected)
    {
        using TempFolder folder = await FolderAsync();
        Assert.Equal(expected, (await ListAsync(folder, change)).Outputs["symbols"].AsJson()!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"date":"2024-13-01"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"date":"${run.seed}"}""", "PARAMETER_TYPE")]
    [InlineData("""{"version":7}""", "PANEL_NOT_FOUND")]
    public async Task MarketList_BadParameter_IsNamed(string change, string reason)
    {
        using TempFolder folder = await FolderAsync();
        Assert.Equal(reason, (await Assert.ThrowsAsync<NodeException>(() => ListAsync(folder, change))).Reason);
    }

    private static NodeServices Services(TempFolder folder) => NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));

    private static async Task<TempFolder> FolderAsync()
    {
        var folder = new TempFolder();
        folder.Write("facts.json", Encoding.UTF8.GetBytes(Facts));
        await NodeRunner.RunAsync("PanelSave", """{"dataset":"cn","factsPath":"facts.json"}""", Services(folder), null, (
            "table", NodeRunner.Bars("600000,2024-01-02,10,11,9,10,100,1000", "600000,2024-01-03,10,11,9,10,100,1000", "688001,2024-01-03,5,5.5,4.5,5,200,1000", "000001,2024-01-02,8,8,8,8,1,8")));
        return folder;
    }

    private static Task<SingleNodeResult> ListAsync(TempFolder folder, string change)
    {
        var parameters = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(change)!;
        parameters["dataset"] = "cn";
        return NodeRunner.RunAsync("MarketList", parameters.ToJsonString(), Services(folder));
    }
}
