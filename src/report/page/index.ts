/**
 * The page of a report as React components, for the static page of Node and for the console in a browser. Nothing here
 * needs a system or a browser's document.
 */
export { ReportPage, type ReportPageProps } from './report-page.js';
export { LiftForest } from './lift-forest.js';
export { CellBars } from './cell-bars.js';
export { TrendChart, type TrendPoint, type TrendSeries } from './trend-chart.js';
export { REPORT_STYLES } from './styles.js';
export { languageOf, type Language } from '../language.js';
export { outcomesOf, type Outcome } from '../outcome.js';
