/** The look of the page. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fbfbfa;--card:#fff;--ink:#1d2125;--soft:#5d666f;--line:#e3e5e8;--accent:#2f5fd0;
--critical:#a3123a;--error:#c4451c;--warning:#a56a00;--info:#3b6ea5;--good:#1f7a4d;--code:#f4f5f6;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--ground:#15181b;--card:#1c2024;--ink:#e6e8ea;--soft:#98a2ab;--line:#2e343a;--accent:#86a8ff;
--critical:#ff7d9c;--error:#ff9a73;--warning:#efbb55;--info:#86b8ea;--good:#6fd3a0;--code:#14171a;--mark:#4a3f17}}
*{box-sizing:border-box}html{scroll-behavior:smooth;scroll-padding-top:16px}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;display:grid;grid-template-columns:210px minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:22px 14px;border-right:1px solid var(--line);display:flex;flex-direction:column;gap:2px}
nav strong{padding:0 10px 12px;overflow-wrap:anywhere}nav a{color:inherit;text-decoration:none;padding:5px 10px;border-radius:7px;display:flex;align-items:center;gap:8px}
nav a:hover{background:var(--line)}.count{margin-left:auto;color:var(--soft);font-variant-numeric:tabular-nums}
.dot{width:8px;height:8px;border-radius:50%;background:var(--soft);flex:none}.dot.done{background:var(--good)}.dot.failed{background:var(--critical)}
main{padding:30px 40px 60px;max-width:1080px}h1{margin:0;font-size:27px;letter-spacing:-.01em}h2{font-size:20px;margin:34px 0 8px}h3{font-size:16px;margin:0 0 4px}
h5{font-size:12px;margin:14px 0 4px;color:var(--soft);font-weight:600}a{color:var(--accent)}.facts,.about,.took,.more,.by,.rule,.related,footer,figcaption{color:var(--soft)}
.facts{margin:4px 0 20px}.tiles{display:flex;gap:12px;flex-wrap:wrap}.tile{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--line);border-radius:10px;padding:10px 18px;min-width:104px}
.tile b{display:block;font-size:25px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
.tile.critical{border-top-color:var(--critical)}.tile.error{border-top-color:var(--error)}.tile.warning{border-top-color:var(--warning)}.tile.info{border-top-color:var(--info)}
.gate{border-left:4px solid var(--good);padding:8px 14px;background:var(--card);border-radius:0 8px 8px 0}.gate.failed{border-color:var(--critical)}
.worst{padding-left:22px}.worst li{margin:3px 0}.worst a{color:inherit;text-decoration:none}.worst a:hover{text-decoration:underline}
.tag{display:inline-block;font-size:11.5px;font-weight:600;padding:1px 7px;border-radius:999px;border:1px solid currentColor}
.tag.critical{color:var(--critical)}.tag.error{color:var(--error)}.tag.warning{color:var(--warning)}.tag.info{color:var(--info)}
.status{font-size:12px;font-weight:600;color:var(--soft)}.status.done{color:var(--good)}.status.failed{color:var(--critical)}
table{border-collapse:collapse}.timeline{width:100%}.timeline th{text-align:left;font-weight:500;white-space:nowrap;padding:4px 16px 4px 0}.timeline td{padding:4px 12px 4px 0;white-space:nowrap}
.timeline a{color:inherit;text-decoration:none}.number{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft)}.bar{width:45%;position:relative}
.bar::before{content:"";position:absolute;inset:50% 12px auto 0;border-top:1px solid var(--line)}.bar i{position:absolute;top:calc(50% - 4px);height:8px;border-radius:4px;background:var(--accent);opacity:.75}
section{margin-top:44px;border-top:1px solid var(--line)}section h2{margin:22px 0 2px}.about{margin:0 0 14px}.reason{border-left:3px solid var(--warning);padding-left:12px;color:var(--soft)}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 20px;margin:0 0 16px}.took{float:right;font-weight:400;font-size:13px}article>p{margin:0 0 10px}
.finding{border:1px solid var(--line);border-left:3px solid var(--line);border-radius:8px;margin:8px 0;padding:0 14px}.finding.critical{border-left-color:var(--critical)}
.finding.error{border-left-color:var(--error)}.finding.warning{border-left-color:var(--warning)}.finding.info{border-left-color:var(--info)}
.finding summary{cursor:pointer;padding:8px 0;display:flex;gap:10px;align-items:baseline;list-style:none}.finding summary::-webkit-details-marker{display:none}
.finding:target{outline:2px solid var(--accent)}.message{flex:1}.place{white-space:nowrap;max-width:46%;overflow:hidden;text-overflow:ellipsis;direction:rtl}
code,pre{font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}pre{background:var(--code);border-radius:8px;padding:10px 0;overflow:auto;margin:0 0 10px}
pre code{display:block;width:max-content;min-width:100%}pre .line{display:inline-block;width:52px;color:var(--soft);user-select:none;padding-right:12px;text-align:right;white-space:pre}mark{background:var(--mark);color:inherit;display:block}
.advice{margin:0 0 8px}.rule,.related{font-size:13px;margin:0 0 10px}.more-data{margin-top:10px}.more-data summary{cursor:pointer;color:var(--soft);font-size:13.5px}
.figures{display:flex;flex-wrap:wrap;gap:8px 26px;margin:10px 0}.figures dt{color:var(--soft);font-size:12.5px}.figures dd{margin:0;font-weight:600}
.data table{font-size:13px}.data th,.data td{text-align:left;padding:3px 16px 3px 0;border-bottom:1px solid var(--line);vertical-align:top;max-width:420px;overflow-wrap:anywhere}.data th{font-weight:600;color:var(--soft)}
.data ul{margin:0;padding-left:18px;font-size:13px}.scroll{overflow:auto}.more{font-size:13px;margin:4px 0}
.graph{margin:12px 0}.graph .scroll{border:1px solid var(--line);border-radius:8px;max-height:560px;background:var(--ground)}.graph svg{display:block;max-width:none}
.graph rect{fill:hsl(var(--hue) 60% 92%);stroke:hsl(var(--hue) 38% 62%)}.graph text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1d2125}
.edge{fill:none;stroke:#8b949d;stroke-width:1;opacity:.65}.edge.type{stroke-dasharray:3 3}.edge.cycle{stroke:#d02b4f;stroke-width:2;opacity:1}.tip path{fill:#8b949d}.tip-cycle path{fill:#d02b4f}
figcaption{font-size:13px;margin-top:6px}footer{margin-top:50px;font-size:13px}
@media(prefers-color-scheme:dark){.graph rect{fill:hsl(var(--hue) 34% 26%);stroke:hsl(var(--hue) 38% 48%)}.graph text{fill:#e6e8ea}}
@media(max-width:820px){body{display:block}nav{position:static;height:auto;flex-flow:row wrap;border-right:0;border-bottom:1px solid var(--line)}main{padding:22px 18px}.bar{display:none}.place{max-width:100%}.finding summary{flex-wrap:wrap}}
@media print{nav{display:none}body{display:block}.finding{break-inside:avoid}}
`;
