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
import type { FileFacts } from './checker.ts'
import type { Chance } from './random.ts'

/** What lives through every crash: the folder, the official side, the card reader. */
export interface Stage {
  readonly folder: string
  readonly configFile: string
  /** Of every incarnation of the agent. */
  readonly url: string
  readonly gateway: GatewaySimulator
  readonly card: CardSimulator
  /** Only while no agent holds the file. */
  examine(): FileFacts
  /** `keep` leaves the folder, with the agents' log, for a person to look at. */
  close(keep: boolean): Promise<void>
}

const LOOPBACK = '127.0.0.1'
/** Longer than a commit, shorter than a life: kills land on both sides of the answer. */
const ANSWER_LIMIT_MS = 40

export async function setStage(chance: Chance): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-torture-'))
  const pki = makePki()
  const files = writePki(folder, pki)
  const key = randomBytes(32)
  const databaseFile = join(folder, 'agent.db')
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
    gateway,
    card,
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

function examine(path: string, key: Uint8Array): FileFacts {
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
