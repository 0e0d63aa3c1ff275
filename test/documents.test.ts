import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { OUT_OF_REACH } from '../agent/desk/call.ts'
import { sayings } from '../agent/desk/words.ts'
import { advisories } from '../agent/kernel/advisories.ts'
import { conditions } from '../agent/kernel/conditions.ts'
import { faults } from '../agent/kernel/faults.ts'

const DECISION_LINES = 40
const documents = globSync([
  '*.md',
  'agent/**/*.md',
  'config/*.md',
  'drivers/*.md',
  'systemd/**/*.md',
])
const read = (file: string) => readFileSync(file, 'utf8')
const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])

/** What stands in one list and not in the other. */
const differences = (documented: readonly string[], existing: readonly string[]) => ({
  missing: existing.filter((one) => !documented.includes(one)),
  stale: documented.filter((one) => !existing.includes(one)),
})
const none = { missing: [], stale: [] }

const catalogue = [
  ...Object.entries(faults),
  ...Object.entries(conditions),
  ...Object.entries(advisories),
]
/** With what the desk’s page says by itself. */
const spoken = [
  ...catalogue,
  ...Object.entries(sayings),
  [OUT_OF_REACH.code, OUT_OF_REACH] as const,
]
const headings = (runbook: string) => matches(runbook, /^### (.+)$/gm)
const keys = keysOf(JSON.parse(read('config/agent.schema.json')), '')
const expectedHeadings = spoken.map(([code, { number }]) => `\`${code}\` (${number})`)

test('every code that anyone can meet has its section in the runbook, and no section is stale', () => {
  const documented = headings(read('systemd/RUNBOOK.md'))
  assert.deepEqual(differences(documented, expectedHeadings), none)
  assert.equal(new Set(documented).size, documented.length)
})

test('a code without a section, one under a wrong number and a stale section are found', () => {
  const [first = '', second = '', ...rest] = expectedHeadings
  const runbook = [second.replace(/E(\d)/, 'E9$1'), ...rest, '`OLD` (E999)'].map((h) => `### ${h}`)
  const found = differences(headings(runbook.join('\n\n')), expectedHeadings)
  assert.deepEqual(found.missing, [first, second])
  assert.equal(found.stale.length, 2)
})

test('a runbook section says what staff see, in the words they see, and what to do', () => {
  const sections = read('systemd/RUNBOOK.md').split(/^###? /m)
  for (const [code, { number, title }] of spoken) {
    // A fault and a condition may share a word; the number tells them apart.
    const section = sections.find((text) => text.startsWith(`\`${code}\` (${number})`)) ?? ''
    assert.deepEqual(
      matches(section, /^- \*\*(.+?):\*\* \S/gm),
      ['What the clinic sees', 'What it means', 'Do this', 'If that fails, call'],
      number,
    )
    assert.ok(section.includes(title), `${number}: the runbook does not say 「${title}」`)
  }
})

test('the runbook has, where one looks, the clock behind refused codes and what a full disk leaves of signing out', () => {
  const sections = read('systemd/RUNBOOK.md').split(/^###? /m)
  const says = (number: string, word: string) =>
    sections.find((text) => text.split('\n')[0]?.includes(`(${number})`))?.includes(word)
  for (const word of ['timedatectl', '確認コード', '回復コード'])
    assert.ok(says('E641', word), word)
  for (const word of ['desk.session_hours', 'E642']) assert.ok(says('E701', word), word)
})

test('a number belongs to one fault, condition, advisory or result', () => {
  const digits = spoken.map(([, { number }]) => number.slice(1))
  const doubled = digits.filter((one, at) => digits.indexOf(one) !== at)
  assert.deepEqual(doubled, [])
})

test('every npm command in a document exists', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const named = documents.flatMap((file) =>
    matches(read(file), /(?:^|`)npm (?:run (?:-[\w-]+ )*)?([a-z:-]+)/gm),
  )
  const known = [...Object.keys(scripts), 'ci']
  assert.deepEqual(differences([...new Set(named)], known).stale, [])
  assert.ok(named.includes('demo') && named.includes('test'))
})

test('every onshi-agent command in a document is one that the program knows', () => {
  const usage = read('agent/cli.ts').match(/const USAGE = `([^`]+)`/)?.[1] ?? ''
  const known = matches(usage, /^ {2}(\w+)/gm)
  const named = documents.flatMap((file) =>
    matches(read(file), /(?:^|`)onshi-agent (?:-- )?([a-z]+)/gm),
  )
  assert.ok(named.length > 10)
  assert.deepEqual(differences([...new Set(named)], known).stale, [])
})

test('every file that a document names exists', () => {
  assert.deepEqual(
    documents.flatMap((file) => absentFiles(file, read(file))),
    [],
  )
})

test('every configuration key that a document, a hint or an advisory names exists', () => {
  const texts = documents.filter((file) => file !== 'config/README.md').map(read)
  const told = catalogue.map(([, kind]) => ('hint' in kind ? kind.hint : kind.detail))
  const named = [...texts, ...told].flatMap(keysIn)
  assert.ok(named.includes('gateway.card_queries'))
  assert.deepEqual(differences(named, keys).stale, [])
})

test('a document that names a file or a key that is not there is found', () => {
  const text = 'See `agent/nowhere.ts`, [this](drivers/NONE.md), and `gateway.nothing = true`.'
  assert.deepEqual(absentFiles('README.md', text), [
    'README.md: drivers/NONE.md',
    'README.md: agent/nowhere.ts',
  ])
  assert.deepEqual(differences(keysIn(text), keys).stale, ['gateway.nothing'])
})

test('decisions are numbered without gaps, short, and say when to reopen them', () => {
  const files = globSync('agent/decisions/*.md').sort()
  assert.ok(files.length > 1)
  files.forEach((file, at) => {
    const text = read(file)
    const number = String(at).padStart(4, '0')
    assert.match(basename(file), new RegExp(`^${number}-[a-z0-9-]+\\.md$`))
    assert.ok(text.startsWith(`# ${number}. `), file)
    assert.ok(text.trimEnd().split('\n').length <= DECISION_LINES, file)
    const parts = matches(text, /^## (.+)$/gm)
    assert.deepEqual(parts, ['Context', 'Decision', 'Consequences', 'Reopen when'], file)
  })
})

test('the Japanese and the English README give the same commands and links', () => {
  const english = read('README.md')
  const japanese = read('README.ja.md')
  const commands = /^(?:curl |onshi-agent [a-z]|API=).*$/gm
  assert.ok(matches(english, /^curl.*$/gm).length >= 5)
  assert.deepEqual(matches(japanese, commands), matches(english, commands))
  const links = (text: string) => new Set(matches(text, /\]\(([^)]+)\)/g))
  assert.deepEqual(
    differences([...links(japanese)], [...links(english)]),
    { missing: ['README.ja.md'], stale: ['README.md'] },
    'each links the other, and otherwise the same',
  )
})

test('the changelog begins with the release that package.json names', () => {
  const { version }: { version: string } = JSON.parse(read('package.json'))
  const [newest = ''] = matches(read('CHANGELOG.md'), /^## (.+)$/gm)
  assert.equal(newest.split(' ')[0], version)
})

test('no document and no source speaks of the place where it was written', () => {
  const words = [['', 'work', ''].join('/'), ['..', 'shared'].join('/')]
  const files = globSync(
    [
      '*.{md,json,cjs}',
      '.ci/*',
      '{agent,config,drivers,systemd,test}/**/*.{ts,md,json,toml,service}',
    ],
    { exclude: ['node_modules/**'] },
  )
  assert.ok(files.length > 100)
  assert.deepEqual(
    files.filter((file) => words.some((word) => read(file).includes(word))),
    [],
  )
})

/** Key paths of a JSON Schema; `[]` and alternatives leave no trace in them. */
function keysOf(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([word, inner]: [string, unknown]) => {
    if (word === 'properties' && typeof inner === 'object' && inner !== null)
      return Object.entries(inner).flatMap(([name, child]: [string, unknown]) => {
        const key = path === '' ? name : `${path}.${name}`
        return [key, ...keysOf(child, key)]
      })
    const branches = ['items', 'anyOf', 'oneOf', 'allOf', 'then', 'if']
    if (branches.includes(word) || Array.isArray(schema)) return keysOf(inner, path)
    return []
  })
}

/** Links, and paths in backticks, that lead nowhere from the document or from the root. */
function absentFiles(file: string, text: string): string[] {
  const folder = file.slice(0, -basename(file).length)
  const path =
    /`((?:agent|drivers|config|systemd|test|\.ci)\/[\w./-]+|\.?[\w-]+\.(?:md|cjs|json))`/g
  return [...matches(text, /\]\(([^)#:]+)\)/g), ...matches(text, path)]
    .filter((name) => !existsSync(folder + name) && !existsSync(name))
    .map((name) => `${file}: ${name}`)
}

/** Dotted names in backticks that begin with a table of the configuration. */
function keysIn(text: string): string[] {
  return matches(text, /`\[{0,2}([a-z_]+(?:\.[a-z_0-9]+)+)\]{0,2}(?: = [^`]+)?`/g).filter(
    (key) => keys.includes(key.split('.')[0] ?? '') && !key.endsWith('.sock'),
  )
}
