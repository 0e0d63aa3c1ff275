import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { AgentError } from './kernel/errors.ts'
import { VERSION } from './version.ts'

/** `HASH  PATH` lines as sha256sum(1) reads them, of everything else that was installed beside it. */
const MANIFEST = 'MANIFEST.sha256'
const INSTALLED = join(import.meta.dirname, '..')

export interface Difference {
  readonly path: string
  readonly is: 'changed' | 'missing' | 'added'
}

const words = {
  changed: '変更 / changed',
  missing: '欠落 / missing',
  added: '追加 / added',
} as const

/**
 * `onshi-agent verify`: compares the installed files with the list that came in the package. The hash of the list
 * is printed, since who can change a file can change its line, too. Throws `INSTALLATION_*`.
 */
export function verifyCommand(folder = INSTALLED): string {
  const file = join(folder, MANIFEST)
  if (!existsSync(file)) throw new AgentError('INSTALLATION_UNLISTED', `no ${file}`)
  const manifest = readFileSync(file)
  const listed = readManifest(manifest.toString())
  const differences = differencesOf(folder, listed)
  if (differences.length > 0) {
    const lines = differences.map(({ path, is }) => `  ${words[is]}  ${path}`)
    const message = `${differences.length} of ${listed.size} files\n${lines.join('\n')}`
    throw new AgentError('INSTALLATION_ALTERED', message)
  }
  return `onshi-agent ${VERSION}: ${listed.size} files OK\n${hashOf(manifest)}  ${MANIFEST}\n`
}

function readManifest(text: string): ReadonlyMap<string, string> {
  const lines = [...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)]
  return new Map(lines.map(([, hash = '', path = '']) => [path, hash]))
}

function differencesOf(folder: string, listed: ReadonlyMap<string, string>): readonly Difference[] {
  const present = new Set(
    globSync(['**/*', '**/.*'], { cwd: folder, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
  )
  present.delete(MANIFEST)
  const found = [...listed].flatMap(([path, hash]): readonly Difference[] => {
    if (!present.has(path)) return [{ path, is: 'missing' }]
    return hashOf(readFileSync(join(folder, path))) === hash ? [] : [{ path, is: 'changed' }]
  })
  const added = [...present].filter((path) => !listed.has(path)).sort()
  return [...found, ...added.map((path) => ({ path, is: 'added' as const }))]
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
