import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CardSimulator, startCardSimulator } from '../../agent/sim/card/command.ts'
import { writeClinic } from '../../agent/sim/clinic.ts'
import {
  DEMO_ACCOUNT,
  type GatewaySimulator,
  startGatewaySimulator,
} from '../../agent/sim/gateway/server.ts'
import { makePki, serverTls, writePki } from '../../agent/sim/pki.ts'
import { openDatabase } from '../../agent/store/database.ts'
import type { Disk } from '../bed/power/disk.ts'
import type { FileFacts } from './checker.ts'
import type { Life } from './daemon.ts'
import type { Chance } from './random.ts'

/** What lives through every crash: the folder, the official side, the card reader. */
export interface Stage {
  readonly folder: string
  readonly configFile: string
  /** Of every incarnation of the agent. */
  readonly url: string
  /** Added to the environment of every life. */
  readonly environment: Readonly<Record<string, string>>
  readonly gateway: GatewaySimulator
  readonly card: CardSimulator
  /** Ends a life as a crash does, or as a cut of the power. Resolves with how the process ended. */
  crash(life: Life): Promise<string>
  /** Only while no agent holds the file. */
  examine(): FileFacts
  /** `keep` leaves the folder, with the agents' log, for a person to look at. */
  close(keep: boolean): Promise<void>
}

/** A disk, and what cuts its power. */
export interface Power {
  readonly disk: Disk
  /** Loaded into the agent before its own code; null: nothing. */
  readonly preload: string | null
  cut(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
/** Longer than a commit, shorter than a life: kills land on both sides of the answer. */
const ANSWER_LIMIT_MS = 40

/** `power`: the agent's state is on a disk whose power is cut; its process is killed otherwise. */
export async function setStage(chance: Chance, power?: Power): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-torture-'))
  const state = power?.disk.folder ?? folder
  const pki = makePki()
  const files = writePki(folder, pki)
  const key = randomBytes(32)
  const databaseFile = join(state, 'agent.db')
  const gateway = await startGatewaySimulator({
    tls: serverTls(pki),
    account: DEMO_ACCOUNT,
    onServed: () => gateway.behave({ delayMs: chance.below(ANSWER_LIMIT_MS) }),
  })
  const any = { host: LOOPBACK, port: 0 }
  const card = await startCardSimulator({ link: any, control: any })
  const listen = `${LOOPBACK}:${await freePort(chance)}`
  const configFile = writeClinic(
    {
      folder,
      state,
      files,
      listen,
      lines: [{ name: 'sim-line', gateway: gateway.url }],
      reader: { driver: 'sim', options: { port: card.linkPort ?? 0 } },
    },
    { storeKey: key.toString('hex') },
  )
  return {
    folder,
    configFile,
    url: `http://${listen}`,
    environment: power?.preload ? { NODE_OPTIONS: `--import ${power.preload}` } : {},
    gateway,
    card,
    async crash(life) {
      await power?.cut()
      life.kill('SIGKILL')
      const how = await life.ended
      await power?.disk.powerOn()
      return how
    },
    examine: () => examine(databaseFile, key),
    async close(keep) {
      await card.close()
      await gateway.close()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Below the ports that the kernel gives to clients: a client that knocks while the agent is down
 * could otherwise get the very port, connect to itself, and keep the agent from it.
 */
export async function freePort(chance: Chance): Promise<number> {
  const port = 20_000 + chance.below(10_000)
  const server = createServer()
  try {
    server.listen(port, LOOPBACK)
    await once(server, 'listening')
    return port
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      return freePort(chance)
    throw error
  } finally {
    server.close()
  }
}

/** A file that cannot be read is damaged, which the checker tells like any other damage. */
function examine(path: string, key: Uint8Array): FileFacts {
  try {
    return factsOf(path, key)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^(SQLITE|STORE)_/.test(code)) throw error
    return { integrity: [code], foreignKeys: 0, openQuestions: 0, verifications: 0, events: [] }
  }
}

function factsOf(path: string, key: Uint8Array): FileFacts {
  const db = openDatabase(path, key, 'read-only')
  try {
    const count = (sql: string) => Number(db.prepare<[], number>(sql).pluck().get())
    return {
      integrity: db.prepare<[], string>('PRAGMA integrity_check').pluck().all(),
      foreignKeys: db.prepare('PRAGMA foreign_key_check').all().length,
      openQuestions: count('SELECT count(*) FROM questions WHERE ended_at IS NULL'),
      verifications: count('SELECT count(*) FROM verifications'),
      events: db
        .prepare<[], { position: number; id: string }>(
          'SELECT position, id FROM events ORDER BY position',
        )
        .all(),
    }
  } finally {
    db.close()
  }
}
