import { json, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { ALARM, ALARMS_QUERY } from '../schemas/upkeep.js';

const tag = 'alarms';

export const alarmRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/alarms',
    operation: 'listAlarms',
    tag,
    summary: 'What needs attention, newest first',
    query: ALARMS_QUERY,
    answer: json(pageOf(ALARM), 'A page of alarms.'),
    run: ({ services, query }) => services.alarms.list(query),
  }),
  route({
    method: 'GET',
    path: '/v1/alarms/:id',
    operation: 'getAlarm',
    tag,
    summary: 'One alarm',
    params: ID_PARAMS,
    answer: json(ALARM, 'The alarm.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => services.alarms.get(params.id),
  }),
  verbRoute('acknowledge', 'Tell that somebody looks after it'),
  verbRoute('close', 'Tell that it is dealt with'),
];

function verbRoute(verb: 'acknowledge' | 'close', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/alarms/:id/${verb}`,
    operation: `${verb}Alarm`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(ALARM, 'The alarm as it is now.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.alarms[verb](params.id, actor),
  });
}
