import { isErrorCode, type ErrorCode } from '../../errors.js';
import type { Problem } from './types.js';

/** A request that the node refused or could not do, or that did not reach it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ErrorCode;
  /** 0 when the node was not reached. */
  readonly status: number;
  /** The part of the request that is at fault. */
  readonly field: string | undefined;
  /** What was wrong this time, in the words of the node. */
  readonly detail: string | undefined;
  /** By which the log of the node knows the request. */
  readonly instance: string | undefined;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | undefined;

  constructor(
    problem: Partial<Problem> & { code: ErrorCode; status: number; retryAfter?: number | undefined },
  ) {
    super(problem.detail ?? problem.code);
    this.code = problem.code;
    this.status = problem.status;
    this.field = problem.field;
    this.detail = problem.detail;
    this.instance = problem.instance;
    this.retryAfter = problem.retryAfter;
  }
}

/** The problem that an answer tells of; what has no problem document has a code by its status. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const wait = Number(response.headers.get('retry-after'));
  const code = typeof body.code === 'string' && isErrorCode(body.code) ? body.code : codeOf(response.status);
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : undefined;
  return new ApiProblem({ ...body, code, status: response.status, retryAfter });
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'api/unauthenticated';
  if (status === 403) return 'api/forbidden';
  if (status === 404) return 'api/not-found';
  if (status === 429) return 'api/rate-limited';
  return status >= 500 ? 'api/unavailable' : 'api/invalid-request';
}

/** `error` itself when it is a problem, else a defect of the console. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({ code: 'internal/defect', status: 0, detail: String(error) });
}
