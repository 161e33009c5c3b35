import type { overview as english } from '../en/overview.js';

export const overview: Readonly<Record<keyof typeof english, string>> = {};
