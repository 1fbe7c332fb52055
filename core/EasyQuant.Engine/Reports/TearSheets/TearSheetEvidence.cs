namespace EasyQuant.Engine;

/// <summary>What speaks for and against a result being skill, on its tear sheet.</summary>
internal static class TearSheetEvidence
{
    // Where the trials belong on a page that was rendered before they were counted. Texts are escaped, so none can hold these.
    private const string CardMark = "<!--trials-card-->";
    private const string SectionMark = "<!--trials-section-->";

    public static void Card(HtmlPage page, TearSheetContent content)
    {
        if (content.Trials is { } trials)
        {
            Card(page, trials);
        }
        else if (IsOpen(content))
        {
            page.Raw(CardMark);
        }
    }

    public static void Section(HtmlPage page, TearSheetContent content)
    {
        if (IsOpen(content))
        {
            page.Raw(SectionMark);
            return;
        }

        Section(page, content.Trials, content.Overfitting, content.Bias);
    }

    public static string Fill(string page, TrialAssessment trials)
    {
        HtmlPage card = new();
        Card(card, trials);
        HtmlPage section = new();
        Section(section, trials, null, null);
        return page.Replace(CardMark, card.ToString(), StringComparison.Ordinal).Replace(SectionMark, section.ToString(), StringComparison.Ordinal);
    }

    private static bool IsOpen(TearSheetContent content) => content.Trials is null && content.Overfitting is null && content.Bias is null;

    private static void Card(HtmlPage page, TrialAssessment trials) =>
        page.Card("Deflated Sharpe ratio", "缩水夏普概率", HtmlPage.Percent(trials.DeflatedSharpe), 0);

    private static void Section(HtmlPage page, TrialAssessment? trials, OverfittingReport? overfitting, BiasReport? bias)
    {
        page.Heading("Can it be trusted?", "结果可信吗？");
        List<(string English, string Chinese, string Value)> rows = [];
        if (trials is not null)
        {
            page.Note(
                "Deflated by the trials that the trial ledger knew when this run ended, this run among them.",
                "按本次运行结束时试验台账中的试验次数（含本次）缩水。");
            rows.AddRange(TrialRows(trials));
        }

        if (overfitting is not null)
        {
            rows.Add(("Probability of backtest overfitting", "回测过拟合概率 (PBO)", HtmlPage.Percent(overfitting.Probability)));
            rows.Add(("Probability of a loss out of sample", "样本外亏损概率", HtmlPage.Percent(overfitting.LossProbability)));
            rows.Add((
                "Sharpe ratio in sample, out of sample (one day)",
                "样本内 / 样本外夏普（单日）",
                $"{HtmlPage.Text(overfitting.InSampleSharpe, "0.0000")} / {HtmlPage.Text(overfitting.OutOfSampleSharpe, "0.0000")}"));
        }

        if (rows.Count > 0)
        {
            page.Table(
                TearSheet.Titles(("Figure", "指标"), ("Value", "数值")),
                rows.Select(row => (IEnumerable<string>)[HtmlPage.Cell(new ChartText(row.English, row.Chinese)), HtmlPage.Cell(row.Value)]));
        }

        if (bias is not null)
        {
            Bias(page, bias);
        }
    }

    private static IEnumerable<(string English, string Chinese, string Value)> TrialRows(TrialAssessment trials) =>
        trials.Figures.Select(figure => (figure.TitleEn, figure.TitleZh, figure.Unit switch
        {
            // Ratios of one day and their variance are small numbers.
            FigureUnit.Ratio or FigureUnit.Number => HtmlPage.Text(figure.Number, "0.0000##"),
            FigureUnit.Days => HtmlPage.Text(figure.Number, "N0"),
            _ => HtmlPage.Text(figure),
        }));

    private static void Bias(HtmlPage page, BiasReport bias)
    {
        page.SubHeading("Bias checks", "偏差检查");
        page.Table(
            TearSheet.Titles(("Check", "检查"), ("Verdict", "结论"), ("Reason", "理由")),
            bias.Verdicts.Select(verdict => (IEnumerable<string>)
            [
                HtmlPage.Cell(BiasNames.TitleOf(verdict.Check)),
                $"<td class=\"{BiasNames.Of(verdict.Outcome)}\">{BiasNames.TitleOf(verdict.Outcome).ToHtml()}</td>",
                $"<td class=\"text\">{new ChartText(verdict.ReasonEn, verdict.ReasonZh).ToHtml()}</td>",
            ]),
            endsWithText: true);
    }
}
