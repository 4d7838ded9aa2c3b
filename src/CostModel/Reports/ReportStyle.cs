namespace BatchEngine.CostModel.Reports;

/// <summary>The look of a report: calm, light or dark as the reader's system asks, black on white on A4. No colour carries a meaning that words do
/// not.</summary>
internal static class ReportStyle
{
    internal const string Css = """
        :root{--ink:#1c2733;--soft:#5b6876;--line:#dfe5ea;--paper:#fff;--wash:#f5f7f9;--fill:#8fb3d1;--deep:#1f5f8b;--good:#1d6b45;--good-wash:#e9f5ee;
        --warn:#8a5200;--warn-wash:#fdf3e2;--bad:#9c2424;--bad-wash:#fbeaea;--still:#3d4b59;--still-wash:#eef1f4}
        @media (prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9eabb8;--line:#303b46;--paper:#151b21;--wash:#1c242c;--fill:#3f6c90;--deep:#8cc4ee;
        --good:#7fd3a5;--good-wash:#16291f;--warn:#f0be6c;--warn-wash:#2d2413;--bad:#f29a9a;--bad-wash:#321a1a;--still:#b6c2cd;--still-wash:#222b34}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:62rem;margin:0 auto;padding:2rem 1.5rem 4rem}
        .kicker{margin:0;color:var(--soft);font-size:.85rem}
        h1{margin:.1rem 0 1rem;font-size:1.65rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{margin:0 0 .6rem;font-size:1.15rem;font-weight:650}
        h3{margin:1.2rem 0 .4rem;font-size:.95rem;font-weight:650}
        p{margin:.3rem 0 .7rem;max-width:46rem}
        section{margin-top:2.4rem}
        small{display:block;color:var(--soft);font-size:.78rem;line-height:1.35;font-weight:400}
        a{color:var(--deep)} a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--deep);outline-offset:2px;border-radius:3px}
        .skip{position:absolute;left:-99rem} .skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.4rem .8rem}
        .verdict{display:flex;gap:1rem;align-items:flex-start;padding:1.1rem 1.25rem;border:1px solid var(--line);border-left:.4rem solid;border-radius:.5rem}
        .verdict .sign{flex:none;width:2.1rem;height:2.1rem;border:2px solid;border-radius:50%;display:grid;place-items:center;font-weight:700;font-size:1.1rem}
        .verdict strong{display:block;font-size:1.2rem;line-height:1.35} .verdict p{margin:.15rem 0;color:var(--ink)}
        .good{color:var(--good);background:var(--good-wash)} .warn{color:var(--warn);background:var(--warn-wash)}
        .bad{color:var(--bad);background:var(--bad-wash)} .still{color:var(--still);background:var(--still-wash)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem;margin:1rem 0 0;padding:0}
        .tiles div{padding:.75rem .9rem;border:1px solid var(--line);border-radius:.5rem}
        .tiles dt{color:var(--soft);font-size:.8rem}
        .tiles dd{margin:.1rem 0 0;font-size:1.22rem;font-weight:620;font-variant-numeric:tabular-nums;line-height:1.3}
        .tiles small{overflow-wrap:anywhere} .tiles dd.none{font-size:.98rem}
        nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;margin-top:1.2rem;font-size:.88rem}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;color:var(--soft);font-size:.82rem;padding:0 0 .35rem}
        th{font-weight:600;text-align:left;color:var(--soft);font-size:.8rem;border-bottom:1.5px solid var(--line);padding:.3rem .9rem .3rem 0;
        vertical-align:bottom}
        td,tbody th{border-bottom:1px solid var(--line);padding:.42rem .9rem .42rem 0;vertical-align:top;color:var(--ink);font-size:.9rem;
        overflow-wrap:break-word}
        tbody th{font-weight:500;min-width:7.5rem} th:last-child,td:last-child{padding-right:0}
        .n{text-align:right;white-space:nowrap;overflow-wrap:normal} .n small{white-space:normal;min-width:9rem} .none{color:var(--soft);font-style:italic}
        .none small{font-style:normal}
        .why{min-width:14rem;font-size:.84rem} tr.sum td,tr.sum th{font-weight:650;border-top:1.5px solid var(--soft);border-bottom:0}
        .tag{display:inline-block;padding:.02rem .5rem;border:1px solid;border-radius:1rem;font-size:.78rem;font-weight:600;white-space:nowrap}
        .meter{display:block;min-width:6rem;margin-top:calc(.75em - 5px)} .meter rect:first-child{fill:var(--wash);stroke:var(--line)}
        .meter rect:last-child{fill:var(--fill)}
        figure{margin:0} figcaption{font-size:.84rem;color:var(--ink);font-weight:600;overflow-wrap:anywhere} figcaption small{display:inline;margin-left:.3rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1.1rem 1.4rem;margin-top:.6rem}
        .charts svg{display:block;width:100%;height:auto}
        svg text{fill:var(--soft);font-size:9.5px;font-family:inherit}
        .now{fill:var(--fill)} .was{fill:none;stroke:var(--ink);stroke-width:1.4} .axis{stroke:var(--soft);stroke-width:1}
        .bars{display:grid;gap:.45rem;margin:.4rem 0 1rem;font-size:.88rem}
        .bars div{display:grid;grid-template-columns:12.5rem 1fr;gap:0 .8rem;align-items:center}
        .bars span{display:flex;align-items:center;gap:.6rem;font-variant-numeric:tabular-nums}
        .bars i{flex:none;min-width:2px;height:1.15rem;border-radius:2px;background:var(--fill)} .bars i.here{background:var(--deep)}
        .bars i.guess{background:repeating-linear-gradient(45deg,var(--paper) 0 4px,var(--deep) 4px 5px);border:1px solid var(--deep)}
        .key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.82rem;color:var(--soft);margin:.2rem 0 .6rem}
        .key svg{vertical-align:-2px;margin-right:.35rem}
        details{margin-top:.6rem} summary{cursor:pointer;font-weight:600;font-size:.9rem;padding:.25rem 0}
        ul{margin:.3rem 0 .6rem;padding-left:1.2rem} li{margin:.15rem 0} .how{color:var(--soft);font-size:.84rem}
        code{font:.85em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.82rem}
        @media screen and (max-width:40rem){main{padding:1.2rem 1rem 3rem} h1{font-size:1.25rem} section{margin-top:2rem} .verdict{gap:.75rem;padding:.9rem}
        .verdict .sign{width:1.7rem;height:1.7rem;font-size:.95rem}
        .tiles{grid-template-columns:1fr 1fr;gap:.5rem} .tiles div{padding:.55rem .65rem} .tiles dd{font-size:1.02rem} .bars div{grid-template-columns:1fr}
        table,caption,tbody,tr,tbody th{display:block} thead{position:absolute;left:-99rem} tbody tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
        tr.sum{border-top:1.5px solid var(--soft);border-bottom:0} tbody th,tbody td,tr.sum td,tr.sum th{border:0;padding:.08rem 0}
        tbody th{font-weight:600} tbody th small{display:inline;margin-left:.4rem} td{display:block} td:empty{display:none}
        td::before{color:var(--soft);font-size:.84rem;font-style:normal;font-weight:400;margin-right:.6rem}
        td.n{display:flex;flex-wrap:wrap;justify-content:space-between;white-space:normal;text-align:right} .n small{min-width:0}
        .why{min-width:0;font-size:.88rem}}
        @media print{@page{size:A4;margin:14mm 13mm 15mm}
        :root{--ink:#111;--soft:#444;--line:#cfd5da;--paper:#fff;--wash:#f3f5f7;--fill:#9cbcd6;--deep:#1f5f8b;--good:#1d6b45;--good-wash:#fff;--warn:#8a5200;
        --warn-wash:#fff;--bad:#9c2424;--bad-wash:#fff;--still:#333;--still-wash:#fff}
        html{font-size:11.5px} body{font-size:11.5px;print-color-adjust:exact;-webkit-print-color-adjust:exact} main{max-width:none;padding:0}
        nav,.skip{display:none} section{margin-top:1.3rem} .scroll{overflow:visible} .why{min-width:11rem} details{break-inside:auto}
        .tiles{grid-template-columns:repeat(3,1fr);gap:.5rem} .charts{grid-template-columns:repeat(3,1fr);gap:.7rem 1rem} h2,h3,caption{break-after:avoid}
        tr,figure,.verdict,.tiles div{break-inside:avoid} thead{display:table-header-group} a{color:inherit;text-decoration:none}}
        """;
}
