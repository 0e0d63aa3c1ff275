import { type ApiOptions, appOf } from './api.ts'
import type { Context } from './context.ts'
import { defaultLimits } from './limits.ts'

/**
 * What /openapi.json of this release says, without an agent that runs. `version` is the agent's.
 * Throws when a route calls one of its ports before a request came.
 */
export async function apiDocument(version: string): Promise<object> {
  const context: Context = {
    clock: unplugged('clock'),
    log: unplugged('log'),
    audit: unplugged('audit'),
    limits: defaultLimits,
    closing: new AbortController().signal,
    onBug: rethrow,
  }
  const { app, document } = appOf({ ...portsOf(context), version }, context)
  await app.ready()
  try {
    return document()
  } finally {
    await app.close()
  }
}

function portsOf({ log, clock, audit, onBug }: Context): Omit<ApiOptions, 'listen' | 'version'> {
  return {
    monitorFrom: [],
    feed: unplugged('feed'),
    verifications: unplugged('verifications'),
    batches: unplugged('batches'),
    referenceNumbers: unplugged('referenceNumbers'),
    days: unplugged('days'),
    handovers: unplugged('handovers'),
    offlineIntakes: unplugged('offlineIntakes'),
    worklist: unplugged('worklist'),
    roster: unplugged('roster'),
    outages: unplugged('outages'),
    lines: unplugged('lines'),
    appointments: unplugged('appointments'),
    jobs: unplugged('jobs'),
    terminal: unplugged('terminal'),
    ca: unplugged('ca'),
    vendor: unplugged('vendor'),
    consumers: unplugged('consumers'),
    deliveries: unplugged('deliveries'),
    digests: unplugged('digests'),
    desk: unplugged('desk'),
    sessions: unplugged('sessions'),
    staff: unplugged('staff'),
    clinic: unplugged('clinic'),
    health: unplugged('health'),
    metrics: unplugged('metrics'),
    log,
    clock,
    audit,
    onBug,
  }
}

/** A port of which every member is a function that must not be called. */
function unplugged<T extends object>(name: string): T {
  const nothing: T = Object.create(null)
  return new Proxy(nothing, {
    get: (_target, member) => () => {
      throw new Error(`${name}.${String(member)} was called while routes were made`)
    },
  })
}

function rethrow(error: unknown): never {
  throw error
}
