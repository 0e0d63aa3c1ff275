import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from './kernel/errors.ts'

/** Where setup writes; `root` is `/` but for tests and for images that are made. */
export interface SetupPlaces {
  readonly root: string
  /** Whether this machine's systemd starts the agent. */
  readonly isSystemd: boolean
  readonly config: string
  readonly credentials: string
  readonly units: string
  readonly state: string
  readonly progress: string
  /** Keys the hashes of secrets that setup compares. */
  readonly hashKey: string
  readonly lock: string
  /** Process of an agent that ends with setup. */
  readonly forNow: string
  /** What is printed once and kept for a person: tokens, the summary. */
  readonly papers: string
  readonly socket: string
  /** Where the terminal's share is mounted. */
  readonly share: string
  readonly shareCredentials: string
  readonly ca: string
  readonly tlsCertificate: string
  /** The user that the agent runs as; null: whoever runs setup. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

const USER = 'onshi-agent'

export function placesUnder(root: string): SetupPlaces {
  const at = (...path: readonly string[]) => join(root, ...path)
  const isSystemd = root === '/' && existsSync('/run/systemd/system')
  return {
    root,
    isSystemd,
    config: at('etc/onshi-agent/agent.toml'),
    credentials: at('etc/onshi-agent/credentials'),
    units: at('etc/systemd/system'),
    state: at('var/lib/onshi-agent'),
    // Not in the agent's folder: it names files that root reads, and the key that opens backups.
    progress: at('etc/onshi-agent/setup.json'),
    hashKey: at('etc/onshi-agent/setup.key'),
    lock: at('run/onshi-agent-setup.pid'),
    forNow: at('run/onshi-agent-setup-agent.pid'),
    papers: at('root/onshi-agent-setup'),
    socket: at('run/onshi-agent/control.sock'),
    share: at('srv/onshi-agent/terminal'),
    shareCredentials: at('etc/onshi-agent/share.credentials'),
    ca: at('etc/onshi-agent/gateway-ca.pem'),
    tlsCertificate: at('etc/onshi-agent/api.pem'),
    owner: isSystemd ? ownerOf(USER) : null,
  }
}

/** Throws `SETUP_NOT_ALLOWED`: what is written belongs to root. */
export function checkUser({ root }: SetupPlaces): void {
  if (root === '/' && process.getuid?.() !== 0)
    throw new AgentError('SETUP_NOT_ALLOWED', 'run it as root: sudo onshi-agent setup')
}

/** Null where the package did not make the user. */
function ownerOf(user: string): SetupPlaces['owner'] {
  const idOf = (flag: string) => spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim()
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { uid: Number(uid), gid: Number(gid) } : null
}
