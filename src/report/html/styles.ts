/** Colours of the page by scheme. Text reaches a contrast of 4.5 against its ground, strokes one of 3 (WCAG 2.2 AA). */
export const PALETTES = {
  light: {
    ground: '#ffffff',
    raised: '#f4f6f8',
    text: '#1c2128',
    muted: '#57606a',
    line: '#d5dae0',
    stroke: '#0b5cad',
    bar: '#5b8fc4',
    zero: '#57606a',
    warn: '#7a3e00',
    'warn-ground': '#fff4e0',
  },
  dark: {
    ground: '#14181d',
    raised: '#1e242b',
    text: '#e6e9ed',
    muted: '#a7b0ba',
    line: '#3a434d',
    stroke: '#7db8f5',
    bar: '#4f83b8',
    zero: '#a7b0ba',
    warn: '#ffc875',
    'warn-ground': '#33270f',
  },
} as const;

const variables = (palette: Readonly<Record<string, string>>): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');

/** Tables of a class as lists of their rows, each cell beside the name of its column. */
function stacked(tables: string): string {
  const within = (selector: string): string => `table${tables} ${selector}`;
  const all = ['caption', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th'].map(within).join();
  return `
table${tables},${all}{display:block;text-align:start}
${within('thead')}{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
${within('tbody tr')}{border-bottom:1px solid var(--line);padding:.625rem 0}
${within('th')},${within('td')},.plot${tables} tbody td,.plot${tables} tbody th{border-bottom:0;padding:.125rem 0;height:auto}
${within('tbody th')}{font-weight:600}
${within('td[data-label]')}{display:grid;grid-template-columns:9.5rem 1fr;gap:.75rem}
${within('td[data-label]::before')}{content:attr(data-label);color:var(--muted)}
${within('td.none')}{display:none}
`;
}

/** The page's only style sheet. */
export const STYLES = `
:root{color-scheme:light dark;${variables(PALETTES.light)}}
@media (prefers-color-scheme:dark){:root{${variables(PALETTES.dark)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
footer{padding-top:1rem;padding-bottom:2.5rem;color:var(--muted);font-size:.875rem}
h1{font-size:1.625rem;line-height:1.25;margin:0 0 .25rem;text-wrap:balance}
h2{font-size:1.3125rem;line-height:1.3;margin:2.75rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1.0625rem;margin:1.75rem 0 .5rem}
p{margin:.5rem 0;max-width:70ch}
bdi{unicode-bidi:isolate}
.lead{color:var(--muted);margin:0}
.findings{list-style:none;margin:1.5rem 0 0;padding:0}
.findings li{background:var(--raised);border-inline-start:4px solid var(--stroke);padding:.875rem 1.125rem;
margin:0 0 .75rem;font-size:1.125rem;line-height:1.45;border-radius:0 .375rem .375rem 0}
.warnings{list-style:none;margin:1rem 0 0;padding:0}
.warnings li{background:var(--warn-ground);color:var(--warn);border-inline-start:4px solid var(--warn);
padding:.625rem 1.125rem;margin:0 0 .75rem;border-radius:0 .375rem .375rem 0}
figure{margin:1.25rem 0 0}
.terms{color:var(--muted);font-size:.8125rem;line-height:1.45;margin:.5rem 0 0;max-width:none}
.terms+.terms{margin-top:.125rem}
table{border-collapse:collapse;width:100%;margin:1.25rem 0 0;font-variant-numeric:tabular-nums}
caption{text-align:start;font-weight:600;padding:0 0 .5rem}
th,td{padding:.4375rem .625rem;border-bottom:1px solid var(--line);vertical-align:top;text-align:end}
th:first-child,td:first-child{text-align:start;padding-inline-start:0}
td:last-child,th:last-child{padding-inline-end:0}
thead th{color:var(--muted);font-weight:600;font-size:.875rem;vertical-align:bottom;
border-bottom:2px solid var(--line)}
thead td{border-bottom:2px solid var(--line)}
td,thead th{overflow-wrap:normal}
tbody th{font-weight:500;min-width:8rem}
.mark{display:inline-block;border:1px dashed var(--warn);color:var(--warn);border-radius:.25rem;
padding:0 .375rem;font-size:.8125rem;white-space:nowrap}
.plot td,.plot th{border-bottom:0;vertical-align:middle}
tr.group th{padding-top:1rem;font-weight:600}
tr.group+tr th,tr.group~tr th[scope=row]{padding-inline-start:1rem}
.plot .space{position:relative;width:46%;padding:0;min-width:10rem}
.plot .space>svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.plot tbody td,.plot tbody th{height:2.125rem}
.plot tfoot td{height:3.25rem}
.plot thead th:nth-child(2){text-align:center}
.plot td.value{white-space:nowrap;width:1%}
.grid{stroke:var(--line);stroke-width:1}
.zero{stroke:var(--zero);stroke-width:1.5;stroke-dasharray:5 3}
.range{stroke:var(--stroke);stroke-width:2}
.point{fill:var(--stroke);stroke:var(--stroke);stroke-width:2}
.point.open{fill:var(--ground)}
.bar{fill:var(--bar);stroke:var(--bar)}
.bar.noisy{fill:none;stroke-width:1.5;stroke-dasharray:4 3}
.error{stroke:var(--text);stroke-width:1.5}
.tick{fill:var(--muted);font-size:.8125rem}
.axis{fill:var(--muted);font-size:.8125rem}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.375rem 1.25rem;margin:1rem 0 0}
dt{color:var(--muted)}
dd{margin:0}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media screen and (max-width:60rem){${stacked('.wide')}}
@media screen and (max-width:44rem){
main,header,footer{padding-inline:1rem}
${stacked('')}
.plot tbody tr{border-bottom:0;padding:.375rem 0 0}
.plot .space,.plot tbody td.space{width:auto;height:1.75rem;margin-inline:.5rem}
.plot tfoot td:not(.space),.plot .group td.space{display:none}
.plot td.value,.plot .value{white-space:normal;width:auto;color:var(--muted);font-size:.875rem}
.plot tfoot td.space{height:3.25rem}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.625rem}
}
@media print{
:root{color-scheme:light;${variables(PALETTES.light)}}
@page{margin:15mm}
body{font-size:9.5pt}
main,header,footer{max-width:none;padding-inline:0}
h1{font-size:16pt}h2{font-size:13pt}h3{font-size:11pt}
h2,h3,caption,thead{break-after:avoid}
tr,li,dl,.terms{break-inside:avoid}
.plot,.findings li{break-inside:avoid}
thead{display:table-header-group}
tfoot{display:table-row-group}
.findings li,.warnings li,.bar,.point,.mark{-webkit-print-color-adjust:exact;print-color-adjust:exact}
th,td{padding:.1875rem .375rem}
table{font-size:8.5pt}
thead th,.mark,.tick,.axis,.terms{font-size:8pt}
.terms,tr.group+tr{break-before:avoid}
.findings li{font-size:10.5pt;padding:.375rem .75rem}
.plot tbody td,.plot tbody th{height:1.25rem;padding-block:0}
.plot tbody tr.group th,tr.group th{padding-top:.375rem}
figure,table{margin-top:.75rem}
}
`;
