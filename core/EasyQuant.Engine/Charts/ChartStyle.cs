namespace EasyQuant.Engine;

/// <summary>Style sheet of pages with charts. Colours of gains and losses are two variables, so that one switch turns them over.</summary>
public static class ChartStyle
{
    /// <summary>
    /// CSS of pages, tables, cards and charts. A page has before its <c>header</c> and <c>main</c> the radio buttons that
    /// <see cref="Switches"/> writes; they choose language and colours without a script.
    /// </summary>
    public const string Css = """
        :root{--ink:#17252d;--mute:#5d7078;--line:#dde5e8;--brand:#0d5c7a;--paper:#fff;--back:#f4f6f7;--main:#0d5c7a;--other:#9a7b2d;--fall:#7a4fa3;--up:#c93a35;--down:#1b8a5a}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:14px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
        header,main{--gain:var(--up);--loss:var(--down)}#colour-green:checked~header,#colour-green:checked~main{--gain:var(--down);--loss:var(--up)}
        #lang-en:checked~header [lang=zh],#lang-en:checked~main [lang=zh],#lang-zh:checked~header [lang=en],#lang-zh:checked~main [lang=en]{display:none}
        .switch{position:absolute;opacity:0;pointer-events:none}header{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;align-items:center;padding:14px 28px;background:var(--brand);color:#fff}
        h1{font-size:19px;margin:0;font-weight:600}header small{opacity:.85;font-size:13px;display:block;font-weight:400}nav{display:flex;gap:12px;font-size:13px}nav span.pair{display:flex;border:1px solid #ffffff70;border-radius:6px;overflow:hidden}
        nav label{padding:3px 10px;cursor:pointer;color:#fff}#lang-en:checked~header label[for=lang-en],#lang-zh:checked~header label[for=lang-zh],#colour-red:checked~header label[for=colour-red],#colour-green:checked~header label[for=colour-green]{background:#fff;color:var(--brand)}
        #lang-en:focus-visible~header label[for=lang-en],#lang-zh:focus-visible~header label[for=lang-zh],#colour-red:focus-visible~header label[for=colour-red],#colour-green:focus-visible~header label[for=colour-green]{outline:2px solid #ffd479}
        main{max-width:1000px;margin:0 auto;padding:18px 20px 60px}h2{font-size:16px;margin:28px 0 8px;font-weight:600}h3{font-size:14px;margin:16px 0 6px;font-weight:600;color:var(--mute)}p.note{color:var(--mute);margin:4px 0 8px}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(172px,1fr));gap:10px}.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
        .card>span{color:var(--mute);font-size:12.5px}.card b{display:block;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums}b.gain,td.gain{color:var(--gain)}b.loss,td.loss{color:var(--loss)}
        .columns{columns:2 400px;column-gap:20px}.columns section{break-inside:avoid;padding-bottom:2px}.columns h3{margin-top:4px}.scroll{overflow-x:auto}
        svg.chart{display:block;width:100%;background:var(--paper);border:1px solid var(--line);border-radius:8px}svg text{font-size:11px;fill:var(--mute)}svg .axis{font-size:12px;fill:var(--ink)}svg .cell{font-size:11.5px;fill:var(--ink)}svg .cell.light{fill:#fff}
        svg .grid,svg .tick{stroke:var(--line)}svg .base{stroke:#8fa1a9}svg .band{fill:#7a4fa316}svg .line{fill:none;stroke-width:1.5;stroke-linejoin:round}svg .line.main{stroke:var(--main)}svg .line.other{stroke:var(--other);stroke-dasharray:5 3}svg .line.fall{stroke:var(--fall)}svg .line.quiet{stroke:#8fa1a9}
        svg .area{stroke:none;fill-opacity:.16}svg .area.main{fill:var(--main)}svg .area.other{fill:var(--other)}svg .area.fall{fill:var(--fall)}svg .area.quiet{fill:#8fa1a9}
        svg .gain{fill:var(--gain)}svg .loss{fill:var(--loss)}svg .even{fill:#aab6bb}svg .pale{fill:#c5b98f}svg .none{fill:#eef1f2}svg circle{fill-opacity:.6}
        svg .step0{fill:#f1f5ec}svg .step1{fill:#d5e6d8}svg .step2{fill:#acd2cb}svg .step3{fill:#78b3bd}svg .step4{fill:#4a8cab}svg .step5{fill:#2d638f}svg .step6{fill:#1f3c6b}
        table{border-collapse:collapse;width:100%;background:var(--paper);border:1px solid var(--line);font-variant-numeric:tabular-nums;font-size:13px}
        th,td{padding:5px 9px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left;white-space:normal}th{color:var(--mute);font-weight:600;font-size:12.5px}td.text,th.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
        code{font-size:12px}.passed{color:#14683f}.warned{color:#8a5a00}.failed{color:#a3262a}
        @media print{header{background:none;color:#000}nav{display:none}svg.chart,table{break-inside:avoid}main{max-width:none}}
        """;

    /// <summary>Returns the radio buttons that <see cref="Css"/> looks at; they stand first in the body.</summary>
    /// <param name="isChinese">Whether the page opens in 中文.</param>
    /// <param name="isRedUp">Whether gains open red, as in mainland China.</param>
    public static string Switches(bool isChinese, bool isRedUp) =>
        Radio("lang", "lang-en", !isChinese, "English") + Radio("lang", "lang-zh", isChinese, "中文")
        + Radio("colour", "colour-red", isRedUp, "red up / 红涨") + Radio("colour", "colour-green", !isRedUp, "green up / 绿涨");

    /// <summary>The labels of the switches, for the header.</summary>
    public const string Navigation = """
        <nav><span class="pair"><label for="lang-en">English</label><label for="lang-zh">中文</label></span><span class="pair"><label for="colour-red"><span lang="en">Red up</span><span lang="zh">红涨绿跌</span></label><label for="colour-green"><span lang="en">Green up</span><span lang="zh">绿涨红跌</span></label></span></nav>
        """;

    private static string Radio(string group, string id, bool isChecked, string label) =>
        $"<input class=\"switch\" type=\"radio\" name=\"{group}\" id=\"{id}\" aria-label=\"{label}\"{(isChecked ? " checked" : "")}>";
}
