import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { sourceRule } from '../../../../agent/api/hosts.ts'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { NewStaff } from '../../../../agent/kernel/staff.ts'
import { type Derive, openSecrets } from '../../../../agent/ops/staff/secrets.ts'
import { type OpenSessions, openSessions } from '../../../../agent/ops/staff/sessions.ts'
import { type StaffDesk, staffDeskOf } from '../../../../agent/ops/staff/staff.ts'
import { openVendorDoor, type VendorDoor } from '../../../../agent/ops/staff/vendor-door.ts'
import { openDatabase } from '../../../../agent/store/database.ts'
import type { Store } from '../../../../agent/store/store.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { KEY, open, scratch } from '../../store/fixtures.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const good = { secret: 'mizuumi no hotori', pin: '2580' }
export const HERE = '127.0.0.1'

interface Running {
  readonly store: Store
  readonly sessions: OpenSessions
  readonly staff: StaffDesk
  readonly vendor: VendorDoor
}

/**
 * Staff on a real store and a clock that the test moves. Secrets are hashed cheaply, and each time is
 * counted: what costs a third of a second in the agent is `derived` here.
 */
export async function staffBed(t: TestContext) {
  const path = scratch(t)
  const clock = new FakeClock()
  const log = recordingLog()
  const conditions = new Conditions(clock)
  const derived: string[] = []
  const derive: Derive = async (secret, salt) => {
    derived.push(secret)
    return hash('sha256', Buffer.concat([salt, Buffer.from(secret)]), 'buffer')
  }
  const disk = { isFull: false, after: async () => {} }
  const orFull =
    <R>(write: (record: R) => Promise<void>) =>
    async (record: R) => {
      if (disk.isFull) throw new AgentError('STORE_FULL', 'no space is left')
      await write(record)
      const { after } = disk
      disk.after = async () => {}
      await after()
    }
  const start = async (): Promise<Running> => {
    const store = await open(path, undefined, clock)
    const kept = {
      ...store.staff,
      signIn: orFull(store.staff.signIn),
      settle: orFull(store.staff.settle),
      moveSession: orFull(store.staff.moveSession),
      refuse: orFull(store.staff.refuse),
    }
    const secrets = openSecrets(derive)
    const onBug = (error: unknown) => {
      throw error
    }
    const vendor = openVendorDoor({
      store: {
        ...store.vendorAccess,
        acted: orFull(store.vendorAccess.acted),
        async end(record) {
          if (disk.isFull) throw new AgentError('STORE_FULL', 'no space is left')
          return store.vendorAccess.end(record)
        },
      },
      conditions,
      clock,
      log,
      onBug,
    })
    const sessions = openSessions({
      store: kept,
      clock,
      log,
      onBug,
      mayBeIn: ({ role }) => role !== 'vendor' || vendor.isOpen(),
      institution: '1312345678',
      lockMs: 10 * MINUTE,
      lastsMs: 12 * HOUR,
      comesFrom: (sources, address) => sourceRule(sources)(address),
      secrets,
    })
    const staff = staffDeskOf({ store: store.staff, clock, secrets, onClosed: sessions.end })
    vendor.onShut(sessions.look)
    return { store, sessions, staff, vendor }
  }
  let running = await start()
  const rows = async () => {
    await running.store.auditRead('test', 'events', '')
    const db = openDatabase(path, KEY, 'read-only')
    try {
      return db
        .prepare<[], { actor: string; action: string; subject: string }>(
          'SELECT actor, action, subject FROM audit ORDER BY rowid',
        )
        .all()
    } finally {
      db.close()
    }
  }
  const stop = async () => {
    await running.vendor.close()
    await running.sessions.close()
    await running.store.close()
  }
  t.after(stop)
  return {
    clock,
    log,
    derived,
    /** Writes of who comes and goes fail while it is full; `after`: what happens after the next. */
    disk,
    path,
    get store() {
      return running.store
    },
    get sessions() {
      return running.sessions
    },
    get vendor() {
      return running.vendor
    },
    conditions,
    get staff() {
      return running.staff
    },
    async restart() {
      await stop()
      running = await start()
    },
    /** Who is there and may sign in by a code only. */
    add: (name = '受付 花子', over: Partial<NewStaff> = {}) =>
      running.staff.add({ name, role: 'reception', sources: [], ...over }, 'console'),
    signIn: (name: string, secret: string, code = '', source = HERE) =>
      running.sessions.signIn({ name, secret, code }, source),
    /** Somebody who has set everything, with their session, their printed codes and their app. */
    async settled(name = '受付 花子', over: Partial<NewStaff> = {}, second = false, source = HERE) {
      const { staff, oneTimeCode } = await this.add(name, over)
      const { session } = await this.signIn(name, oneTimeCode, '', source)
      const app = second ? appOf(session.secondFactor().secret, clock) : undefined
      const code = app === undefined ? {} : { code: app() }
      const done = await session.settle({ ...good, ...code })
      return { ...done, staff, app }
    },
    /** Actions of the audit, oldest first, with who did them. */
    async audited(): Promise<string[]> {
      return (await rows()).map(({ actor, action }) => `${actor} ${action}`)
    },
    /** Who was not let in, oldest first: what, as whom, from where. */
    async refusals(): Promise<string[]> {
      const own = (await rows()).filter(({ actor }) => actor === 'agent')
      return own.map(({ action, subject }) => `${action} ${subject}`)
    },
  }
}

/** An authenticator app: what it shows now. */
export const appOf = (key: string, clock: { now(): number }) => {
  const totp = new TOTP({ secret: Secret.fromBase32(key) })
  return () => totp.generate({ timestamp: clock.now() })
}

/** What a refusal says, without its stack. */
export async function refusalOf(attempt: Promise<unknown>) {
  const error: unknown = await attempt.then(
    () => assert.fail('it was let in'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Error && 'code' in error)
  return { code: error.code, message: error.message, facts: 'facts' in error ? error.facts : null }
}
