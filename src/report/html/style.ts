/** The page's only style sheet; its digest stands in the page's policy. Widths follow the page, so that a phone scrolls down only. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #57606a; --grid: #d0d7de; --paper: #fff; --wash: #f4f6f8;
  --first: #0072b2; --second: #b34a00; --third: #00795a; --fourth: #7b4ea3; --bad: #a40e26; --good: #116329; --shade: 0, 114, 178 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9da7b3; --grid: #3d444d; --paper: #0d1117; --wash: #161b22;
  --first: #58b0e8; --second: #f0a050; --third: #3fc79a; --fourth: #c59af0; --bad: #ff7b72; --good: #56d364; --shade: 88, 176, 232 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; border-bottom: 1px solid var(--grid) }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem }
p { margin: .4rem 0 } .lead { font-size: 1.05rem } .note, figcaption, .small { color: var(--faint); font-size: .875rem }
.none { padding: .5rem .75rem; background: var(--wash); border-left: 3px solid var(--grid) }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none } a { color: var(--first) }
.verdict { font-weight: 600; white-space: nowrap } .pass { color: var(--good) } .fail { color: var(--bad) }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .2rem 1rem; margin: .5rem 0 } dt { color: var(--faint) } dd { margin: 0 }
table { border-collapse: collapse; width: 100%; font-size: .875rem } caption { text-align: left; color: var(--faint); padding: .3rem 0 }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--grid); overflow-wrap: break-word }
th { background: var(--wash) } td.long { overflow-wrap: anywhere; min-width: 12rem } time { white-space: nowrap } .fit { overflow-x: auto; max-width: 100% }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.scroll { overflow-x: auto; max-width: 100% } .scroll table { width: auto }
figure { margin: .5rem 0 1rem; container-type: inline-size; break-inside: avoid } figure svg { display: block; width: 100%; height: auto }
.narrow { display: none } @container (max-width: 540px) { .wide { display: none } .narrow { display: block } }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 0 1rem }
details { margin: .3rem 0 } summary { cursor: pointer; color: var(--faint); font-size: .875rem }
pre { white-space: pre-wrap; background: var(--wash); padding: .75rem; font-size: .8rem; margin: .3rem 0 }
.matrix td { text-align: right; font-variant-numeric: tabular-nums } .matrix .hit { outline: 2px solid var(--ink); outline-offset: -2px }
${Array.from({ length: 10 }, (_, at) => `.h${at} { background: rgba(var(--shade), ${(at * 0.055).toFixed(3)}) }`).join(' ')}
@media (max-width: 640px) {
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  .stack, .stack caption, .stack tbody, .stack tr, .stack td { display: block; width: 100% } .stack tr { padding: .4rem 0; border-bottom: 1px solid var(--grid) }
  .stack td { border: 0; padding: .1rem 0; overflow-wrap: anywhere } .stack td.number { text-align: left }
  .stack td::before { content: attr(data-label) ": "; color: var(--faint) }
  dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem }
}
@media print {
  :root { color-scheme: light; --ink: #000; --faint: #444; --grid: #bbb; --paper: #fff; --wash: #f4f4f4; --first: #0072b2; --second: #b34a00;
    --third: #00795a; --fourth: #7b4ea3; --bad: #a40e26; --good: #116329; --shade: 0, 114, 178 }
  body { max-width: none; padding: 0; font-size: 11px } nav, .data { display: none } h2, h3 { break-after: avoid } tr, .none { break-inside: avoid }
  .fit, .scroll { overflow: visible } table { font-size: 9px } td, th { padding: .15rem .3rem } td.long { min-width: 0 } .grid { grid-template-columns: 1fr 1fr } details.open::details-content { content-visibility: visible; display: block; height: auto }
  @page { margin: 14mm }
}
`;
