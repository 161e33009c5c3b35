import { PALETTES } from './palettes.js';

const variables = (palette: Readonly<Record<string, string>>): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--report-${name}:${colour};`)
    .join('');

/** Tables of a class as lists of their rows, each cell beside the name of its column. */
function stacked(tables: string): string {
  const within = (selector: string): string => `.report table${tables} ${selector}`;
  const all = ['caption', 'thead', 'tbody', 'tr', 'td', 'th'].map(within).join();
  return `
.report table${tables},${all}{display:block;text-align:start}
${within('thead')}{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
${within('tbody tr')}{border-bottom:1px solid var(--report-line);padding:.625rem 0}
${within('th')},${within('td')}{border-bottom:0;padding:.125rem 0;height:auto}
${within('tbody th')}{font-weight:600}
${within('td[data-label]')}{display:grid;grid-template-columns:minmax(0,9.5rem) 1fr;gap:.75rem}
${within('td[data-label]::before')}{content:attr(data-label);color:var(--report-muted)}
${within('td.none')}{display:none}
`;
}

/** The looks of lines, each with dashes of its own. */
const SERIES = ['none', '7 4', '2 3', '9 3 2 3']
  .map(
    (dashes, i) => `
.chart .series-${i}{--series:var(--report-series-${i})}
.chart .line.series-${i}{stroke-dasharray:${dashes}}`,
  )
  .join('');

/** Of the static page alone: the ground that the report stands on. */
export const PAGE_STYLES = `
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
*{box-sizing:border-box}
body{margin:0;background:#fff}
main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 1rem}
body{background:${PALETTES.light.ground};color-scheme:light dark}
@media (prefers-color-scheme:dark){html:not([data-theme=light]) body{background:${PALETTES.dark.ground}}}
html[data-theme=dark] body{background:${PALETTES.dark.ground}}
@media (max-width:44rem){main{padding-inline:1rem}}
@media print{@page{margin:15mm}html body{background:#fff}main{max-width:none;padding:0}}
`;

/**
 * The style sheet of a report, for the static page and for the console. Everything is within `.report` or `.chart`, so
 * nothing of a page around them changes. Colours are custom properties, which a page around may set anew.
 */
export const REPORT_STYLES = `
.report,.chart{${variables(PALETTES.light)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]) :is(.report,.chart){${variables(PALETTES.dark)}}}
:root[data-theme=dark] :is(.report,.chart){${variables(PALETTES.dark)}}
.report,.chart{color:var(--report-text);container-type:inline-size}
.report{font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
overflow-wrap:anywhere;background:var(--report-ground)}
.report h1{font-size:1.625rem;line-height:1.25;margin:0 0 .25rem;text-wrap:balance}
.report h2{font-size:1.3125rem;line-height:1.3;margin:2.75rem 0 .5rem;padding-top:.75rem;
border-top:1px solid var(--report-line)}
.report h3{font-size:1.0625rem;margin:1.75rem 0 .5rem}
.report p{margin:.5rem 0;max-width:70ch}
.report bdi,.chart bdi{unicode-bidi:isolate}
.report footer{padding:1rem 0 1.5rem;color:var(--report-muted);font-size:.875rem}
.report .lead{color:var(--report-muted)}
.report .findings{list-style:none;margin:1.5rem 0 0;padding:0}
.report .findings li{background:var(--report-raised);border-inline-start:4px solid var(--report-stroke);
padding:.875rem 1.125rem;margin:0 0 .75rem;font-size:1.125rem;line-height:1.45;border-radius:0 .375rem .375rem 0}
.report .warnings{list-style:none;margin:1rem 0;padding:0}
.report .warnings li{background:var(--report-warn-ground);color:var(--report-warn);
border-inline-start:4px solid var(--report-warn);padding:.625rem 1.125rem;margin:0 0 .75rem;
border-radius:0 .375rem .375rem 0}
.report .terms,.chart .terms{color:var(--report-muted);font-size:.8125rem;line-height:1.45;margin:.5rem 0 0;
max-width:none}
.report .terms+.terms,.chart .terms+.terms{margin-top:.125rem}
.report table{border-collapse:collapse;width:100%;margin:1.25rem 0 0;font-variant-numeric:tabular-nums}
.report caption{text-align:start;font-weight:600;padding:0 0 .5rem}
.report th,.report td{padding:.4375rem .625rem;border-bottom:1px solid var(--report-line);vertical-align:top;
text-align:end}
.report th:first-child,.report td:first-child{text-align:start;padding-inline-start:0}
.report td:last-child,.report th:last-child{padding-inline-end:0}
.report thead th{color:var(--report-muted);font-weight:600;font-size:.875rem;vertical-align:bottom;
border-bottom:2px solid var(--report-line)}
.report thead td{border-bottom:2px solid var(--report-line)}
.report td,.report thead th{overflow-wrap:normal}
.report tbody th{font-weight:500;min-width:8rem}
.report .mark{display:inline-block;border:1px dashed var(--report-warn);color:var(--report-warn);
border-radius:.25rem;padding:0 .375rem;font-size:.8125rem;white-space:nowrap}
.report tr.group th{padding-top:1rem;font-weight:600;border-bottom:0}
.report tr.group+tr th,.report tr.group~tr th[scope=row]{padding-inline-start:1rem}
.report dl{margin:1rem 0 0}
.report dl div{display:grid;grid-template-columns:minmax(8rem,16rem) 1fr;gap:1.25rem;padding:.1875rem 0}
.report dt{color:var(--report-muted)}
.report dd{margin:0}
.report code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.chart{margin:1.25rem 0 0}
.chart .chart-title{font-weight:600;margin:0 0 .5rem;max-width:none}
.chart>svg{display:block;width:100%;height:auto;max-width:60rem;fill:currentColor;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;
font-variant-numeric:tabular-nums;text-anchor:middle}
.chart>.narrow-drawing{display:none;max-width:30rem}
.chart text{white-space:pre;unicode-bidi:isolate}
.chart :is(.grid,.grid line){stroke:var(--report-line)}
.chart .axis,.chart .axis text{fill:var(--report-muted);font-size:12px}
.chart .zero{stroke:var(--report-zero);stroke-width:1.5;stroke-dasharray:5 3}
.chart .range{stroke:var(--report-stroke);stroke-width:2}
.chart .error{stroke:var(--report-text);stroke-width:1.5}
.chart .point{fill:var(--report-stroke);stroke:var(--report-stroke);stroke-width:2}
.chart .point.open{fill:var(--report-ground)}
.chart .bar{fill:var(--report-bar);stroke:var(--report-bar)}
.chart .bar.noisy{fill:none;stroke-width:1.5;stroke-dasharray:4 3}
.chart .heading-text{font-weight:600}
.chart :is(.name-text,.heading-text,.figure-text){paint-order:stroke;stroke:var(--report-ground);stroke-width:4;
stroke-linejoin:round}
.chart .figure-text{fill:var(--report-text)}
.chart .remark-text{fill:var(--report-warn);font-size:12px;font-weight:600}
.chart .band{fill:var(--series);fill-opacity:.16;stroke:none}
.chart .whisker{stroke:var(--series);stroke-opacity:.55}
.chart .line{fill:none;stroke:var(--series);stroke-width:2}
.chart .knot{fill:var(--series);stroke:none}
.chart .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.25rem 0;padding:0;
font-size:.875rem}
.chart .legend svg{vertical-align:middle}
${SERIES}
@container (max-width:35rem){
.chart>.wide-drawing{display:none}
.chart>.narrow-drawing{display:block}
.report dl div{grid-template-columns:1fr;gap:0;padding:.3125rem 0}
}
@media screen{
@container (max-width:56rem){${stacked('.wide')}}
@container (max-width:40rem){${stacked('')}}
}
@media print{
:root :is(.report,.chart),:root[data-theme] :is(.report,.chart){${variables(PALETTES.light)}color-scheme:light}
.report{font-size:9.5pt}
.report h1{font-size:16pt}.report h2{font-size:13pt}.report h3{font-size:11pt}
.report h2,.report h3,.report caption,.report thead,.chart .chart-title{break-after:avoid}
.report tr,.report li,.report dl div,.report .terms,.chart>svg{break-inside:avoid}
.report thead{display:table-header-group}
.report .findings li,.report .warnings li,.chart>svg,.report .mark{-webkit-print-color-adjust:exact;
print-color-adjust:exact}
.report th,.report td{padding:.1875rem .375rem}
.report table{font-size:8.5pt}
.report thead th,.report .mark,.report .terms{font-size:8pt}
.report .terms,.report tr.group+tr{break-before:avoid}
.report .findings li{font-size:10.5pt;padding:.375rem .75rem}
.report table,.chart{margin-top:.75rem}
.chart>svg{max-width:150mm}
}
`;
