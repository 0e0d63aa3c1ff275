import type { TSchema } from 'typebox'
import type { FaultCode } from '../kernel/faults.ts'

/** One kind of answer of a route. */
export interface AnswerDoc {
  readonly description: string
  readonly schema?: TSchema
  /** Content type, `application/json` when absent. */
  readonly type?: string
  /** Content types in which it comes too where a client asks for them, as text. */
  readonly also?: readonly string[]
  readonly headers?: readonly string[]
}

/** What /openapi.json says of a route beside the schemas that check its requests. */
export interface RouteDoc {
  readonly summary: string
  readonly description?: string
  readonly headers?: readonly RequestHeader[]
  /** The body is a CSV file, with these columns; where there is a schema too, either. */
  readonly csv?: string
  readonly answers: Readonly<Record<number, AnswerDoc>>
  /** Faults of its own; those of every route are not repeated. */
  readonly problems?: readonly FaultCode[]
}

export type RequestHeader =
  | 'Prefer'
  | 'Idempotency-Key'
  | 'If-Match'
  | 'If-None-Match'
  | 'Last-Event-ID'

declare module 'fastify' {
  interface FastifyContextConfig {
    doc?: RouteDoc
  }
}
