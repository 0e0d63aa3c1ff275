import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Check } from 'typebox/value'
import {
  type Consumer,
  type ConsumerListing,
  consumerName,
  type NewConsumer,
} from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { isFull, isRole, type Role } from '../kernel/roles.ts'
import { SinkSettings } from '../kernel/sink.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/**
 * The consumers and their tokens. A token is `oa_` + id + `_` + 32 random bytes; it is shown once,
 * and only the SHA-256 of its secret part is stored: the secret is random, so nothing slower helps.
 */
export interface ConsumerRegistry {
  /**
   * Compares in constant time, also for an id that nobody has; a token that opens is counted and
   * dated, on disk within 10 s.
   */
  authenticate(token: string): Consumer | undefined
  /** Throws `REQUEST_INVALID` when the name is taken or no name. */
  add(wanted: NewConsumer): Promise<{ readonly consumer: ConsumerListing; readonly token: string }>
  list(): ConsumerListing[]
  /** Takes effect at once. Throws `NOT_FOUND`. */
  revoke(nameOrId: string): Promise<ConsumerListing>
  /** Whether the consumer of an id is there and not revoked. */
  isLive(id: string): boolean
  /** Calls back after each addition and revocation, until unsubscribed. */
  onChange(hear: () => void): () => void
  /** Puts the last uses on disk. */
  close(): Promise<void>
}

export interface ConsumerRecord {
  readonly id: string
  readonly name: string
  readonly role: string
  /** JSON. */
  readonly sources: string
  /** JSON; null: it polls. */
  readonly sink: string | null
  readonly secretHash: Uint8Array
  /** In its place for who may not see and do everything; null: for all others. */
  readonly narrowHash: Uint8Array | null
  readonly at: number
}

export interface UsesRecord {
  readonly uses: readonly { readonly id: string; readonly uses: number; readonly usedAt: number }[]
}

const stamp = (sql: Sql, id: string, at: number, verb: 'add' | 'revoke') =>
  audit(sql, { id: `${id}/${verb}`, at, actor: 'console', action: `consumer-${verb}`, subject: id })

export const consumerTransactions = {
  addConsumer(sql: Sql, c: ConsumerRecord): void {
    const taken = sql('SELECT 1 FROM consumers WHERE name = ? AND revoked_at IS NULL').get(c.name)
    if (taken !== undefined)
      throw new AgentError('REQUEST_INVALID', 'a consumer of this name exists; revoke it first')
    sql(
      `INSERT INTO consumers (id, name, role, sources, sink, secret_hash, narrow_hash, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(c.id, c.name, c.role, c.sources, c.sink, c.secretHash, c.narrowHash, c.at)
    stamp(sql, c.id, c.at, 'add')
  },

  /** What waits for it is not sent any more; secrets of its sink are forgotten. */
  revokeConsumer(sql: Sql, c: { readonly id: string; readonly at: number }): void {
    sql('UPDATE consumers SET revoked_at = ?, sink = NULL WHERE id = ?').run(c.at, c.id)
    sql('DELETE FROM deliveries WHERE consumer_id = ?').run(c.id)
    sql('DELETE FROM comparisons WHERE consumer_id = ?').run(c.id)
    stamp(sql, c.id, c.at, 'revoke')
  },

  useConsumers(sql: Sql, { uses }: UsesRecord): void {
    for (const { id, uses: count, usedAt } of uses)
      sql('UPDATE consumers SET uses = ?, used_at = ? WHERE id = ?').run(count, usedAt, id)
  },
}

interface Row {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly sources: string
  readonly sink: string | null
  readonly createdAt: number
  readonly revokedAt: number | null
  readonly usedAt: number | null
  readonly uses: number
  readonly secretHash: Uint8Array
}

interface Known {
  readonly listing: ConsumerListing
  readonly secretHash: Uint8Array
}

const TOKEN = /^oa_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
const NAME = new RegExp(`^${consumerName.pattern}$`, 'u')
const digest = (secret: string) => hash('sha256', secret, 'buffer')
const NOBODY = digest(randomBytes(32).toString('base64url'))
/** Nobody loses more than this of a count, and a poller costs no commit of its own. */
const USES_FLUSH_MS = 10_000

const SELECT = `SELECT id, name, role, sources, sink, created_at AS createdAt,
    revoked_at AS revokedAt, used_at AS usedAt, uses,
    coalesce(narrow_hash, secret_hash) AS secretHash
  FROM consumers ORDER BY created_at`

interface Writes {
  add(record: ConsumerRecord): Promise<void>
  revoke(record: { readonly id: string; readonly at: number }): Promise<void>
  use(record: UsesRecord): Promise<void>
}

export function openConsumers(
  sql: Sql,
  writes: Writes,
  clock: Pick<Clock, 'now'>,
): ConsumerRegistry {
  const known = new Map(
    sql<Row>(SELECT)
      .all()
      .map((row): [string, Known] => [row.id, knownOf(row)]),
  )
  const hearers = new Set<() => void>()
  const changed = (id: string, consumer: Known) => {
    known.set(id, consumer)
    for (const hear of [...hearers]) hear()
  }
  const uses = openUses(writes.use)

  return {
    authenticate(token) {
      const [, id = '', secret = ''] = TOKEN.exec(token) ?? []
      const found = known.get(id)
      const isRight = timingSafeEqual(digest(secret), found?.secretHash ?? NOBODY)
      if (!isRight || found === undefined || found.listing.revokedAt !== null) return undefined
      const listing = { ...found.listing, uses: found.listing.uses + 1, usedAt: clock.now() }
      known.set(id, { ...found, listing })
      uses.count(listing)
      return listing
    },

    async add({ name, role, sources, sink }) {
      if (!NAME.test(name))
        throw new AgentError('REQUEST_INVALID', `a consumer’s name ${consumerName.detail}`)
      const id = randomBytes(6).toString('hex')
      const secret = randomBytes(32).toString('base64url')
      const secretHash = digest(secret)
      const at = clock.now()
      await writes.add({ id, name, role, ...kept({ role, sources, sink }, secretHash), at })
      const wanted = { id, name, role, sources, sink, createdAt: at }
      const listing = { ...wanted, revokedAt: null, usedAt: null, uses: 0 }
      changed(id, { listing, secretHash })
      return { consumer: listing, token: `oa_${id}_${secret}` }
    },

    list: () => [...known.values()].map(({ listing }) => listing),

    async revoke(nameOrId) {
      const found = liveOne([...known.values()], nameOrId)
      const { id } = found.listing
      const revokedAt = clock.now()
      await writes.revoke({ id, at: revokedAt })
      const listing = { ...found.listing, sink: null, revokedAt }
      changed(id, { ...found, listing })
      return listing
    },

    isLive: (id) => known.get(id)?.listing.revokedAt === null,

    onChange(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },

    close: () => uses.flush(),
  }
}

/** By its id, else by its name. Throws `NOT_FOUND`. */
function liveOne(all: readonly Known[], nameOrId: string): Known {
  const live = all.filter(({ listing }) => listing.revokedAt === null)
  const found =
    live.find(({ listing }) => listing.id === nameOrId) ??
    live.find(({ listing }) => listing.name === nameOrId)
  if (found === undefined) throw new AgentError('NOT_FOUND', 'no such consumer')
  return found
}

const kept = (
  { role, sources, sink }: Pick<NewConsumer, 'role' | 'sources' | 'sink'>,
  hashed: Uint8Array,
) => ({
  sources: JSON.stringify(sources),
  sink: sink === null ? null : JSON.stringify(sink),
  ...(isNarrow(role, sources)
    ? { secretHash: NOBODY, narrowHash: hashed }
    : { secretHash: hashed, narrowHash: null }),
})

/** For these a release without roles must not open. */
const isNarrow = (role: Role, sources: readonly string[]) => !isFull(role) || sources.length > 0

/** A role that this release does not know sees nothing, as one for 総務 does. */
function knownOf({ secretHash, role, sources, sink, ...row }: Row): Known {
  const from: unknown = JSON.parse(sources)
  const settings: unknown = sink === null ? null : JSON.parse(sink)
  return {
    secretHash,
    listing: {
      ...row,
      role: isRole(role) ? role : role === 'all' ? 'receipt-computer' : 'general-affairs',
      sources: Array.isArray(from) ? from.map(String) : [],
      sink: Check(SinkSettings, settings) ? settings : null,
    },
  }
}

/** Counts of the last moments, on their way to the disk. */
function openUses(write: (record: UsesRecord) => Promise<unknown>) {
  const counted = new Map<string, UsesRecord['uses'][number]>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<unknown> = Promise.resolve()
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    const uses = [...counted.values()]
    counted.clear()
    // A disk that takes no record is told of by everything else that it does not take.
    if (uses.length > 0) writing = write({ uses }).catch(ignoreFault)
    await writing
  }
  return {
    count({ id, uses, usedAt }: ConsumerListing) {
      counted.set(id, { id, uses, usedAt: usedAt ?? 0 })
      timer ??= setTimeout(() => void flush(), USES_FLUSH_MS).unref()
    },
    flush,
  }
}

function ignoreFault(error: unknown): void {
  if (!(error instanceof AgentError)) throw error
}
