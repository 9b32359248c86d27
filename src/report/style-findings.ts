/** The look of findings and code, and what changes on small screens and paper. */
export const FINDING_STYLE = `
.group{margin-top:18px}.group h4{margin:0;font-size:14.5px;font-weight:600}.group h4 .count{margin-left:4px;padding:0 7px;border-radius:999px;background:var(--wash);font-weight:500}
.rule{font-size:13px;margin:1px 0 8px}.rule code{font-size:12px}
.finding{border:1px solid var(--line);border-left:3px solid var(--line);border-radius:8px;margin:6px 0;padding:0 14px 0 10px;background:var(--card)}
.finding.critical{border-left-color:var(--critical)}.finding.error{border-left-color:var(--error)}.finding.warning{border-left-color:var(--warning)}.finding.info{border-left-color:var(--info)}
.finding summary{cursor:pointer;padding:8px 0;display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline;list-style:none}summary::-webkit-details-marker{display:none}
.finding summary::before{margin-right:2px!important}.finding summary::before,.rest>summary::before,.more-data>summary::before{content:"";flex:none;display:inline-block;width:6px;height:6px;margin-right:8px;border:solid var(--soft);border-width:0 1.5px 1.5px 0;transform:translateY(-2px) rotate(-45deg)}
details[open]>summary::before{transform:translateY(-3px) rotate(45deg)!important}
.finding:has(:target){outline:2px solid var(--accent)}.body{scroll-margin-top:70px;padding-bottom:4px}
.message{flex:1 1 300px;min-width:0;overflow-wrap:anywhere;unicode-bidi:isolate}.place{min-width:0;color:var(--soft);overflow-wrap:anywhere;unicode-bidi:isolate}.finding summary .place{max-width:100%}
.rest>summary,.more-data>summary{cursor:pointer;color:var(--accent);font-size:13.5px;list-style:none;padding:6px 2px;width:fit-content}.rest>summary:hover,.more-data>summary:hover{text-decoration:underline}
code{overflow-wrap:anywhere}pre code{overflow-wrap:normal}code,pre{font:12.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}pre{background:var(--code);border:1px solid var(--line);border-radius:8px;padding:8px 0;overflow:auto;margin:0 0 10px;unicode-bidi:isolate}
pre code{display:block;width:max-content;min-width:100%;padding-right:14px}pre i{display:inline-block;width:50px;margin-right:14px;color:var(--soft);font-style:normal;user-select:none;text-align:right}mark{background:var(--mark);color:inherit;display:block;margin-right:-14px;padding-right:14px}
.tag.mark{color:var(--accent)}.worst .tag.mark{min-width:0;margin-left:4px}[hidden]{display:none!important}
.known{margin:14px 0 0;padding:10px 16px;background:var(--card);border:1px solid var(--line);border-radius:8px}.known p{margin:0}.known p+p,.known details+p{margin-top:8px}.known b{font-weight:600}.known ul{margin:0 0 6px;padding-left:20px;font-size:13.5px}
.filter{margin:34px 0 0;padding:10px 16px;background:var(--card);border:1px solid var(--line);border-radius:10px;display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;font-size:13.5px}
.filter label{display:inline-flex;align-items:center;gap:6px;min-width:0}.filter .wide{flex:1 1 230px}.filter fieldset{display:flex;flex-wrap:wrap;gap:2px 12px;border:0;margin:0;padding:0;min-width:0}.filter legend{float:left;padding:0 12px 0 0}
.filter input[type=search],.filter select,.filter button{font:inherit;color:var(--ink);background:var(--ground);border:1px solid var(--soft);border-radius:6px;padding:3px 8px;min-width:0;max-width:100%}.filter input[type=search]{flex:1}.filter button{cursor:pointer}.filter output{color:var(--soft)}
.digest{font-size:12px;color:var(--soft)}.advice{margin:0 0 8px}.related{font-size:13px;margin:0 0 8px}
@media(max-width:820px){body{display:block}nav{position:static;height:auto;flex-flow:row nowrap;overflow-x:auto;padding:12px 10px;border-right:0;border-bottom:1px solid var(--line)}nav strong{display:none}nav a{flex:none;padding:6px 8px;gap:6px}nav .count{margin-left:0}
main{padding:22px 16px 50px}h1{font-size:24px}article{padding:14px 14px}.other{padding:10px 14px}.timeline .bar{display:none}.timeline th,.timeline td{padding:6px 5px;font-size:14px}.timeline tbody th{overflow-wrap:anywhere;min-width:117px;font-size:13px}.timeline .status{white-space:normal}.timeline th:first-child{padding-left:12px}.timeline tr>:last-child{padding-right:12px}
.worst li{padding:8px 12px;gap:10px}.tiles{grid-template-columns:repeat(3,1fr)}.tile{padding:8px 12px}.tile b{font-size:20px}.message{flex-basis:190px}pre i{width:34px;margin-right:10px}.figures{grid-template-columns:repeat(auto-fill,minmax(110px,1fr))}}
@media print{nav,.skip,.filter{display:none}body{display:block}.finding,.worst li{break-inside:avoid}}
`;
