import type { budget as english } from '../en/budget.js';

export const budget: Readonly<Record<keyof typeof english, string>> = {};
