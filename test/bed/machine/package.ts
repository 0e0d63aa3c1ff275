import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const TREE = dirname(dirname(dirname(import.meta.dirname)))
const MAIN = 'systemd/package/main.ts'

/**
 * The Debian package of the work tree as it is: its file. Made once for the same files, whoever asks,
 * in half a minute.
 */
export function readyPackage(): string {
  const folder = join(tmpdir(), 'onshi-packages', hashOfTree())
  const find = () => globSync(join(folder, 'onshi-agent_*.deb'))[0]
  const found = find()
  if (found !== undefined) return found
  mkdirSync(dirname(folder), { recursive: true })
  // Under the lock it is looked for again: two test files may want it at once.
  const build = `[ -d "$1" ] || { "$2" ${MAIN} --dirty --out "$1.building" && mv "$1.building" "$1"; }`
  const args = [`${folder}.lock`, 'sh', '-c', build, 'sh', folder, process.execPath]
  const { status, stderr } = spawnSync('flock', args, { cwd: TREE, encoding: 'utf8' })
  const made = find()
  if (status !== 0 || made === undefined) throw new Error(`no package was made:\n${stderr}`)
  return made
}

/** Of everything that git knows, or would take, and of the commit, which gives version and times. */
function hashOfTree(): string {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = spawnSync('git', list, { cwd: TREE, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const head = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: TREE, encoding: 'utf8' }).stdout
  const hash = createHash('sha256').update(head)
  for (const path of stdout
    .split('\0')
    .filter((one) => /^(agent|config|drivers|systemd|[^/]+$)/.test(one)))
    hash.update(`${path}\n`).update(readFileSync(join(TREE, path)))
  return hash.digest('hex').slice(0, 16)
}
