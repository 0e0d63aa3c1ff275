import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { restoreCommand } from '../../agent/restore-command.ts'
import { openStore } from '../../agent/store/store.ts'
import { good } from '../config/clinic.ts'
import { openShelf, silentLog } from './ops/backup/shelf.ts'

/** A machine with nothing on it, a backup of another, and the recovery key. */
export async function emptyMachine(
  t: TestContext,
  { ca = 'CA', ownCa }: { readonly ca?: string; readonly ownCa?: string } = {},
) {
  const shelf = await openShelf(t)
  const folder = mkdtempSync(join(tmpdir(), 'onshi-restore-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const toml = good.replace('[store]', '[store]\npath = "../state/agent.db"')
  writeFileSync(join(shelf.folder, 'agent.toml'), toml)
  writeFileSync(join(shelf.folder, 'gateway-ca.pem'), ca)
  const ofCa = join(shelf.folder, 'ca', 'ca.json')
  if (ownCa !== undefined) {
    mkdirSync(dirname(ofCa))
    writeFileSync(ofCa, ownCa)
  }
  const file = await shelf.make({
    files: [
      { from: join(shelf.folder, 'agent.toml'), base: 'agent.toml', path: 'agent.toml' },
      { from: join(shelf.folder, 'gateway-ca.pem'), base: 'config', path: 'gateway-ca.pem' },
      { from: ofCa, base: 'state', path: 'ca/ca.json' },
    ],
  })
  const keyFile = join(folder, 'recovery.txt')
  writeFileSync(keyFile, shelf.recovery.secret)
  const machine = join(folder, 'machine')
  mkdirSync(machine)
  const config = join(machine, 'etc', 'agent.toml')
  return {
    shelf,
    file,
    folder,
    machine,
    config,
    keyFile,
    restore: (...args: string[]) =>
      restoreCommand([file, '--key-file', keyFile, '--config', config, ...args]),
    restoreFile: (other: string, ...args: string[]) =>
      restoreCommand([other, '--key-file', keyFile, '--config', config, ...args]),
  }
}

export const reopened = (path: string, key: Uint8Array) =>
  openStore({
    path,
    key,
    clock: { now: () => Date.now() },
    log: silentLog,
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
