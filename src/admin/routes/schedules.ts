import type { ErrorCode } from '../../errors.js';
import { namedPage, namedSchedule } from '../names.js';
import { created, json, none, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { NEW_SCHEDULE, SCHEDULE, SCHEDULE_CHANGE, SCHEDULES_QUERY, TREND } from '../schemas/upkeep.js';

const tag = 'schedules';
const REFUSALS = [
  'agreement/mismatch',
  'agreement/not-active',
  'api/not-found',
  'config/invalid',
  'dp/invalid-parameter',
  'policy/epsilon-too-large',
  'policy/not-agreed',
  'policy/purpose-not-agreed',
  'state/conflict',
] as const satisfies readonly ErrorCode[];

export const scheduleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/schedules',
    operation: 'listSchedules',
    tag,
    summary: 'Schedules, newest first',
    query: SCHEDULES_QUERY,
    answer: json(pageOf(SCHEDULE), 'A page of schedules.'),
    run: async ({ services, query }) =>
      namedPage(services, await services.schedules.list(query), namedSchedule),
  }),
  route({
    method: 'POST',
    path: '/v1/schedules',
    operation: 'createSchedule',
    tag,
    summary: 'Start a session again and again, in a rhythm that the agreement allows',
    body: NEW_SCHEDULE,
    answer: created(SCHEDULE, 'The schedule, active from now on.'),
    errors: REFUSALS,
    creates: true,
    run: async ({ services, body, actor }) =>
      namedSchedule(services, await services.schedules.create(body, actor)),
  }),
  route({
    method: 'GET',
    path: '/v1/schedules/:id',
    operation: 'getSchedule',
    tag,
    summary: 'One schedule',
    params: ID_PARAMS,
    answer: json(SCHEDULE, 'The schedule.'),
    errors: ['api/not-found'],
    run: async ({ services, params }) => namedSchedule(services, await services.schedules.get(params.id)),
  }),
  route({
    method: 'GET',
    path: '/v1/schedules/:id/trend',
    operation: 'getScheduleTrend',
    tag,
    summary: 'Match rate, lift and cost of the newest runs of a schedule; that they were read is audited',
    params: ID_PARAMS,
    answer: json(TREND, 'Up to 60 runs, oldest first.'),
    errors: ['api/not-found'],
    run: async ({ services, params, actor }) => ({ items: await services.trends.of(params.id, actor) }),
  }),
  route({
    method: 'PATCH',
    path: '/v1/schedules/:id',
    operation: 'changeSchedule',
    tag,
    summary: 'Change a schedule, for the runs to come',
    params: ID_PARAMS,
    body: SCHEDULE_CHANGE,
    answer: json(SCHEDULE, 'The schedule as it is now.'),
    errors: REFUSALS,
    run: async ({ services, params, body, actor }) =>
      namedSchedule(services, await services.schedules.change(params.id, body, actor)),
  }),
  verbRoute('pause', 'Run nothing until it is resumed'),
  verbRoute('resume', 'Run again, from the next occurrence on'),
  verbRoute('end', 'Never run again'),
  route({
    method: 'DELETE',
    path: '/v1/schedules/:id',
    operation: 'deleteSchedule',
    tag,
    summary: 'Never run again; the schedule stays in the list',
    params: ID_PARAMS,
    answer: none('It has ended.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.schedules.end(params.id, actor),
  }),
];

function verbRoute(verb: 'pause' | 'resume' | 'end', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/schedules/:id/${verb}`,
    operation: `${verb}Schedule`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(SCHEDULE, 'The schedule as it is now.'),
    errors: REFUSALS,
    run: async ({ services, params, actor }) =>
      namedSchedule(services, await services.schedules[verb](params.id, actor)),
  });
}
