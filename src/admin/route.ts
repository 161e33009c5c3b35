import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import type { ErrorCode } from '../errors.js';
import type { Actor, TokenView } from '../node/index.js';
import type { NodeServices } from '../node/index.js';

/** A schema that refuses unknown fields. */
export const strict = { additionalProperties: false } as const;
export const NOTHING = Type.Object({}, strict);

/** The schema of no parameters, no query, no body. */
type Nothing = typeof NOTHING;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route answers when all is well. */
export type Answer<Schema extends TSchema = TSchema> =
  | {
      readonly kind: 'json';
      readonly status: 200 | 201;
      readonly schema: Schema;
      readonly description: string;
    }
  | { readonly kind: 'none'; readonly status: 204; readonly description: string }
  | {
      readonly kind: 'content';
      readonly status: 200;
      /** Media types without parameters. */
      readonly media: readonly string[];
      readonly description: string;
    };

/** What `run` of a `content` route resolves to. */
export interface Content {
  readonly type: string;
  readonly body: string | NodeJS.ReadableStream;
  readonly headers?: Readonly<Record<string, string>>;
}

type DeepReadonly<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> };

/** What `run` resolves to; what the schema does not name is left out of the answer. */
export type Answered<Of extends Answer> = Of extends { kind: 'json'; schema: infer Schema extends TSchema }
  ? DeepReadonly<Static<Schema>>
  : Of extends { kind: 'content' }
    ? Content
    : unknown;

/** A request that was let in and checked. */
export interface Call<Params extends TSchema, Query extends TSchema, Body extends TSchema> {
  readonly services: NodeServices;
  readonly params: Static<Params>;
  readonly query: Static<Query>;
  readonly body: Static<Body>;
  /** Who asks; for what anyone may do, nobody. */
  readonly caller: TokenView | undefined;
  /** The caller, for the audit log. */
  readonly actor: Actor;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface RouteSpec<
  Params extends TSchema,
  Query extends TSchema,
  Body extends TSchema,
  Of extends Answer,
> {
  readonly method: Method;
  /** With `:name` for parameters. */
  readonly path: string;
  /** The `operationId`: a verb and what it does something to. */
  readonly operation: string;
  readonly tag: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Of;
  /** Codes that it may answer with, besides those that every route may. */
  readonly errors?: readonly ErrorCode[];
  /** It makes something, so it takes an `Idempotency-Key`. */
  readonly creates?: true;
  /** What of an answer is kept for a repeat of the request, when not all of it may be. */
  readonly kept?: (answer: Answered<Of>) => Answered<Of>;
  readonly run: (call: Call<Params, Query, Body>) => Promise<Answered<Of>> | Answered<Of>;
}

/** A route without the types of its parts. */
export type Route = Omit<RouteSpec<TSchema, TSchema, TSchema, Answer>, 'run' | 'kept'> & {
  readonly kept?: (answer: unknown) => unknown;
  readonly run: (call: Call<TSchema, TSchema, TSchema>) => unknown;
};

/** A route, checked: that what `run` takes and gives is what its schemas say. */
export function route<
  const Of extends Answer,
  Params extends TSchema = Nothing,
  Query extends TSchema = Nothing,
  Body extends TSchema = Nothing,
>(spec: RouteSpec<Params, Query, Body, Of>): Route {
  return spec as unknown as Route;
}

export function json<Schema extends TSchema>(schema: Schema, description: string) {
  return { kind: 'json', status: 200, schema, description } as const;
}

export function created<Schema extends TSchema>(schema: Schema, description: string) {
  return { kind: 'json', status: 201, schema, description } as const;
}

export function none(description: string) {
  return { kind: 'none', status: 204, description } as const;
}

export function content(media: readonly string[], description: string) {
  return { kind: 'content', status: 200, media, description } as const;
}

/** `GET /v1/partners`: how the table of permissions names a route. */
export function keyOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`;
}
