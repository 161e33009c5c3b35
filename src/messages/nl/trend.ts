import type { trend as english } from '../en/trend.js';

export const trend: Readonly<Record<keyof typeof english, string>> = {};
