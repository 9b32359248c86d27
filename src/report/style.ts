/** The look of the page: colours, layout, overview, figures. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f7f7f5;--card:#fff;--ink:#1d2125;--soft:#59626b;--line:#e0e2e5;--accent:#2553c4;
--critical:#a3123a;--error:#b53a12;--warning:#855400;--info:#2f6096;--good:#19683f;--code:#f4f5f6;--mark:#fff1bd;--wash:#eef0f2}
@media(prefers-color-scheme:dark){:root{--ground:#131619;--card:#1b1f23;--ink:#e6e8ea;--soft:#9ea8b1;--line:#2e343a;--accent:#8eb0ff;
--critical:#ff85a2;--error:#ff9e78;--warning:#efbb55;--info:#8cbcec;--good:#72d4a4;--code:#14171a;--mark:#453b16;--wash:#252a2f}}
*{box-sizing:border-box}html{scroll-padding-top:18px}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;overflow-wrap:break-word;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;display:grid;grid-template-columns:224px minmax(0,1fr)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px;top:8px;background:var(--card);padding:8px 14px;z-index:2}.skip:focus{left:8px}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:26px 14px;border-right:1px solid var(--line);display:flex;flex-direction:column;gap:2px}
nav strong{padding:0 10px 12px;overflow-wrap:anywhere}nav a{color:inherit;text-decoration:none;padding:6px 10px;border-radius:7px;display:flex;align-items:center;gap:9px}
nav a:hover{background:var(--wash)}.name{overflow-wrap:anywhere}.count{margin-left:auto;color:var(--soft);font-variant-numeric:tabular-nums;font-size:13px}
.dot{width:8px;height:8px;border-radius:50%;border:1.5px solid var(--soft);flex:none}.dot.done{background:var(--good);border-color:var(--good)}.dot.failed{background:var(--critical);border-color:var(--critical)}.dot.unavailable{border-color:var(--warning)}
main{padding:34px 44px 70px;max-width:1120px;min-width:0;width:100%}h1,h2,h3,h4,p,li,dd,figcaption{overflow-wrap:anywhere}
h1{margin:0;font-size:28px;line-height:1.25;letter-spacing:-.015em}h2{font-size:20px;margin:36px 0 10px}h3{font-size:16.5px;margin:0 0 4px;display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline}
a{color:var(--accent)}.facts,.about,.took,.more,.by,.rule,.related,footer,figcaption{color:var(--soft)}.by,.more{font-size:13px}
.facts{margin:6px 0 20px}.gate{border:1px solid var(--line);border-left:4px solid var(--good);padding:10px 16px;background:var(--card);border-radius:8px}.gate p{margin:0}.gate b{color:var(--good)}
.gate.failed{border-left-color:var(--critical)}.gate.failed b{color:var(--critical)}.gate ul{margin:4px 0 0;padding-left:20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(104px,1fr));gap:10px;margin:14px 0 0;padding:0;list-style:none}
.tile{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--line);border-radius:10px;padding:9px 16px 10px}.tile b{display:block;font-size:24px;line-height:1.35;font-variant-numeric:tabular-nums;white-space:nowrap}.tile span{color:var(--soft);font-size:13.5px}
.tile.critical{border-top-color:var(--critical)}.tile.error{border-top-color:var(--error)}.tile.warning{border-top-color:var(--warning)}.tile.info{border-top-color:var(--info)}.tile.none{border-top-color:var(--line)}.tile.none b{color:var(--soft);font-weight:500}
.worst{padding:0;margin:0;list-style:none;background:var(--card);border:1px solid var(--line);border-radius:10px}.worst li{display:flex;gap:12px;align-items:baseline;padding:8px 16px}.worst li+li{border-top:1px solid var(--line)}
.worst .tag{min-width:62px;text-align:center}.worst div{min-width:0}.worst .by{margin-left:6px}.worst a{color:inherit;font-weight:500;text-decoration:none}.worst a:hover{text-decoration:underline}
.tag{flex:none;display:inline-block;font-size:11.5px;line-height:1.5;font-weight:600;padding:1px 8px;border-radius:999px;border:1px solid currentColor}
.tag.critical{color:var(--critical)}.tag.error{color:var(--error)}.tag.warning{color:var(--warning)}.tag.info{color:var(--info)}
.status{font-size:13px;font-weight:600;color:var(--soft);white-space:nowrap;letter-spacing:0}.status.done{color:var(--good)}.status.failed{color:var(--critical)}.status.unavailable{color:var(--warning)}
table{border-collapse:collapse}.timeline{width:100%;background:var(--card);border:1px solid var(--line);border-radius:10px;border-spacing:0;border-collapse:separate}
.timeline th,.timeline td{text-align:left;padding:6px 14px;font-weight:400}.timeline tbody th{font-weight:500}.timeline thead th{color:var(--soft);font-size:13px;border-bottom:1px solid var(--line)}
.timeline td{white-space:nowrap}.timeline tbody a{color:inherit;text-decoration:none}.timeline tbody a:hover{text-decoration:underline}.timeline .number,.data .number{text-align:right;font-variant-numeric:tabular-nums}.timeline .bar{width:42%}
.track{display:block;position:relative;height:8px;border-radius:4px;background:var(--wash)}.track i{position:absolute;top:0;height:8px;min-width:4px;border-radius:4px;background:var(--accent)}.track i.failed{background:var(--critical)}.track i.not-applicable,.track i.unavailable{background:var(--soft)}
section{margin-top:48px;border-top:1px solid var(--line)}section h2{margin:24px 0 2px;display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline}.about{margin:0 0 14px}.about b{font-weight:600;color:var(--ink)}
.reason{border-left:3px solid var(--warning);padding:2px 0 2px 12px;margin:0 0 14px}.reason.failed{border-color:var(--critical)}.reason.not-applicable{border-color:var(--line);color:var(--soft)}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 20px;margin:0 0 14px}article>p{margin:0 0 10px}article>:last-child{margin-bottom:0}
.other{background:none;border-style:dashed;padding:12px 20px}.other p{color:var(--soft);margin:0}.other.failed{border:1px solid var(--critical)}.other.failed p{color:var(--ink)}
.took{font-weight:400;font-size:13px;margin-left:auto}.calm{color:var(--good);font-weight:500}
.more-data{margin-top:14px}.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:10px 20px;margin:12px 0}.figures dt{color:var(--soft);font-size:13px}.figures dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.data h4{font-size:13px;margin:16px 0 4px;color:var(--soft);font-weight:600}.data h4::first-letter,.data thead th::first-letter,dt::first-letter{text-transform:uppercase}
.data table{font-size:13px}.data th,.data td{text-align:left;padding:4px 18px 4px 0;border-bottom:1px solid var(--line);vertical-align:top;max-width:420px;min-width:46px;overflow-wrap:anywhere}.data th{font-weight:600;color:var(--soft)}.data td.words{min-width:96px}.record{margin:10px 0 14px}.record p{margin:0 0 2px;font-size:13px}.record p span+span::before{content:" · ";color:var(--soft)}.record i{font-style:normal;color:var(--soft)}.data thead th{white-space:nowrap;overflow-wrap:normal}.data .number{white-space:nowrap}
.data .whole{white-space:nowrap}.data ul{margin:0;padding-left:18px;font-size:13px}.scroll{overflow:auto}.more{margin:6px 0 0}
.graph{margin:14px 0}.graph .scroll{border:1px solid var(--line);border-radius:8px;max-height:min(760px,85vh);background:var(--ground)}.graph svg{display:block;width:100%;height:auto}
.graph rect{fill:hsl(var(--hue) 60% 92%);stroke:hsl(var(--hue) 38% 60%)}.graph text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1d2125}
.edge{fill:none;stroke:#8b949d;stroke-width:1;opacity:.6}.edge.type{stroke-dasharray:3 3}.edge.cycle{stroke:#d02b4f;stroke-width:2;opacity:1}.tip path{fill:#8b949d}.tip-cycle path{fill:#d02b4f}
figcaption{font-size:13px;margin-top:6px}footer{margin-top:56px;font-size:13px;border-top:1px solid var(--line);padding-top:16px}
@media(prefers-color-scheme:dark){.graph rect{fill:hsl(var(--hue) 34% 24%);stroke:hsl(var(--hue) 38% 46%)}.graph text{fill:#e6e8ea}.edge.cycle{stroke:#ff6f91}.tip-cycle path{fill:#ff6f91}}
`;
