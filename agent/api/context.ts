import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Clock, Log } from '../kernel/ports.ts'
import type { Limits } from './limits.ts'
import type { Audit } from './ports.ts'

/** The app as routes see it: requests are typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What every route may use. */
export interface Context {
  readonly clock: Clock
  readonly log: Log
  readonly audit: Audit
  readonly limits: Limits
  /** Aborts when the API closes: what waits is to answer now. */
  readonly closing: AbortSignal
  /** Given an error that is no fault, after its request has been answered. */
  readonly onBug: (error: unknown) => void
}
