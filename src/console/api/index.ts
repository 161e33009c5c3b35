/** The node, as the pages ask it. */
export { onSessionEnded, request, requestBlob, setLogin, withQuery, type Query } from './client.js';
export { useEvents, type LiveEvents } from './events.js';
export { newQueryClient, useAction, useOne, usePage, type Action, type One, type Paged } from './hooks.js';
export { ApiProblem, asProblem } from './problem.js';
export type * from './types.js';
