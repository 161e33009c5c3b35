import type { sessions as english } from '../en/sessions.js';

export const sessions: Readonly<Record<keyof typeof english, string>> = {};
