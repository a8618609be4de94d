"""How a statement looks: in the light and in the dark, on a telephone, and on one sheet of A4."""

STYLE = """
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#1b2430;--soft:#5b6776;--rule:#dde2e8;
--blue:#0b5cad;--green:#1c7a4a;--red:#b3352b;--grey:#46566a}
@media(prefers-color-scheme:dark){:root{--ground:#12171e;--card:#1b222c;--ink:#e8edf3;--soft:#9aa7b6;--rule:#313c4a;
--blue:#6fb1ff;--green:#5fc892;--red:#ff8d80;--grey:#8fa1b5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:980px;margin:0 auto;padding:28px 24px}
h1,h2,td,dd,p,li{unicode-bidi:isolate;overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}h3{font-size:14px;margin:0 0 4px}
p{margin:4px 0}.soft,.why{color:var(--soft)}.why{font-size:13px}
header{display:flex;justify-content:space-between;gap:16px;align-items:flex-start;border-bottom:2px solid var(--ink);
padding-bottom:12px}
.badge{border:1px solid var(--rule);border-radius:99px;padding:2px 12px;font-size:13px;white-space:nowrap}
.badge.closed{border-color:var(--green);color:var(--green)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,240px));gap:10px;margin:16px 0 0}
dl div{background:var(--card);border-radius:8px;padding:10px 14px}
dt{color:var(--soft);font-size:13px}dd{margin:0;font-size:20px;font-weight:600}dd small{font-size:12px;font-weight:400}
.main dd{color:var(--blue)}
dd,.n{font-variant-numeric:tabular-nums;white-space:nowrap}.n{text-align:right}
table{width:100%;border-collapse:collapse}th{font-weight:600;font-size:13px;color:var(--soft);text-align:left}
th.n{text-align:right}th,td{padding:5px 8px;border-bottom:1px solid var(--rule);vertical-align:top}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.falls td{border:0;padding:2px 8px}.falls td:first-child{width:38%;padding-left:0}.falls td:last-child{padding-right:0}
.falls tr.sum td{font-weight:600;border-bottom:1px solid var(--rule)}
.bar{display:block;width:100%;height:16px}.more{fill:var(--green)}.less{fill:var(--red)}.total{fill:var(--grey)}
.curves{display:grid;gap:12px}
@media(min-width:860px){.side.two{display:grid;grid-template-columns:1.5fr 1fr;gap:28px}}
.curves figure{margin:0;background:var(--card);border-radius:8px;padding:12px}figcaption{font-size:13px}
.plot{display:block;width:100%;max-width:460px}.plot text{font-size:11px;fill:var(--soft)}
.plot text.here{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px}
.tick{stroke:var(--rule)}.axis{stroke:var(--soft)}
.curve{stroke:var(--blue);stroke-width:2.5;stroke-linecap:round}.upright{stroke:var(--ink);stroke-dasharray:2 3}
.jump{stroke:var(--blue);stroke-dasharray:3 3}
circle.here{fill:var(--ground);stroke:var(--ink);stroke-width:3}
.line td{border-bottom:0;padding-bottom:0}.said td{padding-top:0}.said td:first-child{padding-left:0}
footer{margin-top:28px;border-top:1px solid var(--rule);padding-top:8px;font-size:12px;color:var(--soft)}
.day{white-space:nowrap;width:1%}code{font-size:.95em}
@media(max-width:560px){main{padding:16px 14px}header{display:block}.badge{display:inline-block;margin-top:6px}
dl{grid-template-columns:1fr 1fr}dd{font-size:17px}.wide{display:none}.falls td:first-child{width:42%}
.falls td{padding:2px 4px}.parts .n{white-space:normal}}
@media print{:root{color-scheme:light;--ground:#fff;--card:#f6f7f9;--ink:#111;--soft:#444;--rule:#ccc;--blue:#0b5cad;
--green:#1c7a4a;--red:#b3352b;--grey:#46566a}@page{size:A4;margin:8mm 10mm}
body{font-size:8.2px;line-height:1.2;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;padding:0}h1{font-size:15px;margin:0}h2{font-size:10px;margin:7px 0 2px}h3{font-size:9px;margin:0}
header{padding-bottom:4px}.badge,dt,th,figcaption{font-size:8px}.badge{padding:0 8px}
dl{grid-template-columns:repeat(6,1fr);gap:5px;margin-top:5px}dl div{padding:3px 7px}
dd{font-size:11px}dd small{font-size:7px}
th,td{padding:.7px 5px}.falls td{padding:0 5px}.bar{height:7px}.why{font-size:6.7px;line-height:1.14}
.side.two{display:grid;grid-template-columns:1.6fr 1fr;gap:12px}.curves{gap:5px}
.curves figure{padding:3px 6px;break-inside:avoid}
.plot{max-width:170px}.plot text{font-size:13px}tr,figure,dl div{break-inside:avoid}.line{break-after:avoid}
p{margin:1px 0}footer{margin-top:6px;padding-top:2px;font-size:7px}}
"""
