import type { datasets as english } from '../en/datasets.js';

export const datasets: Readonly<Record<keyof typeof english, string>> = {};
