import Type, { type TSchema } from 'typebox';
import { strict } from '../route.js';

/** What the schemas of the API are made of. */

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const ID = '^[0-9A-HJKMNP-TV-Z]{26}$';
export const id = Type.String({ pattern: ID, description: 'Id; ids of one kind rise with time.' });
export const time = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
  description: 'UTC, RFC 3339.',
});
export const digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Hexadecimal.' });
export const text = (description: string) => Type.String({ description });
export const textOrNull = (description: string) => nullable(Type.String({ description }));
export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const countOrNull = (description: string) => nullable(count(description));
/** A name to filter by: nothing that is longer exists. */
export const name = Type.String({ minLength: 1, maxLength: 200 });
/** Values that events, alarms and audit entries tell of. */
export const detail = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
);

/** Something by its id and the name that people know it by. */
export const named = (description: string) => Type.Object({ id, name: text(description) }, strict);

export const ID_PARAMS = Type.Object({ id }, strict);

const limit = Type.Integer({ minimum: 1, maximum: 200, description: 'Items in the page; 50 unless told.' });

export const pageQuery = {
  after: Type.Optional(Type.String({ pattern: ID, description: '`next` of the page before.' })),
  limit: Type.Optional(limit),
};
export const PAGE_QUERY = Type.Object(pageQuery, strict);

/** A page, newest first. */
export const pageOf = <Schema extends TSchema>(schema: Schema) =>
  Type.Object(
    {
      items: Type.Array(schema),
      next: nullable(Type.String({ description: '`after` of the next page; null on the last one.' })),
    },
    strict,
  );
