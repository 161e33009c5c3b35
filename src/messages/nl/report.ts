import type { report as english } from '../en/report.js';

export const report: Readonly<Record<keyof typeof english, string>> = {};
