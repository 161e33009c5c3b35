import type { start as english } from '../en/start.js';

export const start: Readonly<Record<keyof typeof english, string>> = {};
