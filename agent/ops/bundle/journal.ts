import { conditions } from '../../kernel/conditions.ts'
import { faults } from '../../kernel/faults.ts'
import { toRfc3339 } from '../../kernel/time.ts'
import { bundleEvents, bundleFacts, bundleWords } from './events.ts'

/** One entry that may leave: a known event with known facts, what systemd did, or a frame of a crash. */
type Entry = Readonly<Record<string, unknown>>

export interface FilteredJournal {
  readonly entries: readonly Entry[]
  /** Entries of which nothing may leave. */
  readonly held: number
}

/**
 * What systemd says of a unit, by its message ids. [systemd, src/systemd/sd-messages.h]
 */
const SYSTEMD: Readonly<Record<string, string>> = {
  '39f53479d3a045ac8e11786248231fbf': 'unit-started',
  '7d4958e842da4a758f6c1cdc7b36dcc5': 'unit-starting',
  be02cf6855d2428ba40df7e9d022f03d: 'unit-failed',
  '9d1aaa27d60140bd96365438aad20286': 'unit-stopped',
  de5b426a63be47a7b6ac3eaac82e2f6f: 'unit-stopping',
  '98e322203f7a4ed290d09fe03c09fe15': 'unit-process-exited',
  d9b373ed55a64feb8242e02dbe79a49c: 'unit-failure-result',
  '5eb03494b6584870a536b337290809b3': 'unit-restart-scheduled',
  '7ad2d189f7e94e70a38c781354912448': 'unit-succeeded',
  '0e4284a0caca4bfc81c0bb6786972673': 'unit-skipped',
  fe6faa94e7774663a0da52717891d8ef: 'out-of-memory',
}
const SYSTEMD_FACTS = [
  'EXIT_CODE',
  'EXIT_STATUS',
  'UNIT_RESULT',
  'JOB_RESULT',
  'N_RESTARTS',
] as const

/** What is read of an entry, beside its time, which is always there. */
export const JOURNAL_FIELDS: readonly string[] = ['MESSAGE', 'MESSAGE_ID', ...SYSTEMD_FACTS]

export interface JournalWords {
  /** Of readers and lines. */
  readonly names: readonly string[]
  /** Whether a path, `agent/main.ts`, is one of this release: only such a frame is repeated. */
  isOurFile(path: string): boolean
}

/**
 * Pure. Lines of `journalctl -o json`. Nothing that is free text passes: an event of the list, its facts
 * of the list, each a number, a switch or a word that is known.
 */
export function filteredJournal(
  lines: readonly string[],
  { names, isOurFile }: JournalWords,
): FilteredJournal {
  const words = new Set([
    ...bundleWords,
    ...names,
    ...Object.keys(faults),
    ...Object.keys(conditions),
  ])
  const entries: Entry[] = []
  let held = 0
  for (const line of lines) {
    const entry = entryOf(fieldsOf(line), words, isOurFile)
    if (entry === undefined) held += line === '' ? 0 : 1
    else entries.push(entry)
  }
  return { entries, held }
}

function fieldsOf(text: string): Entry {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function entryOf(
  fields: Entry,
  words: ReadonlySet<string>,
  isOurFile: JournalWords['isOurFile'],
): Entry | undefined {
  const at = timeOf(fields['__REALTIME_TIMESTAMP'])
  if (at === undefined) return undefined
  const id = fields['MESSAGE_ID']
  if (typeof id === 'string') return ofSystemd(at, id, fields)
  const message = textOf(fields['MESSAGE'])
  return (
    ofAgent(at, fieldsOf(message), words) ??
    ofRefusal(at, message) ??
    ofCrash(at, message, isOurFile)
  )
}

/** Microseconds. [systemd.journal-fields(7)] */
function timeOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^\d{1,17}$/.test(text)) return undefined
  return toRfc3339(Math.floor(Number(text) / 1_000))
}

/** What is no UTF-8 comes as numbers. [journalctl(1), -o json] */
const textOf = (message: unknown): string =>
  Array.isArray(message)
    ? Buffer.from(message.map(Number)).toString('utf8')
    : typeof message === 'string'
      ? message
      : ''

function ofSystemd(at: string, id: string, fields: Entry): Entry | undefined {
  const event = Object.hasOwn(SYSTEMD, id) ? SYSTEMD[id] : undefined
  if (event === undefined) return undefined
  const facts = SYSTEMD_FACTS.flatMap((name) => {
    const value = fields[name]
    return typeof value === 'string' && /^[a-z-]{1,16}$|^\d{1,5}$/.test(value)
      ? [[name, value] as const]
      : []
  })
  return { at, by: 'systemd', event, ...Object.fromEntries(facts) }
}

function ofAgent(at: string, message: Entry, words: ReadonlySet<string>): Entry | undefined {
  const { event, level } = message
  if (typeof event !== 'string' || !bundleEvents.has(event)) return undefined
  const facts = Object.entries(message).filter(
    ([name, value]) => bundleFacts.has(name) && mayLeave(value, words),
  )
  return { at, event, ...(typeof level === 'number' && { level }), ...Object.fromEntries(facts) }
}

/** Longer numbers may be somebody’s. */
const LARGEST = 99_999_999

/** Of the system, `ECONNREFUSED`; of a release, `0.1.0`. */
const ERRNO = /^E[A-Z0-9]{1,14}$/
const RELEASE = /^\d{1,3}\.\d{1,3}\.\d{1,3}$/

export const mayLeave = (value: unknown, words: ReadonlySet<string>): boolean =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= LARGEST) ||
  (typeof value === 'string' && (words.has(value) || ERRNO.test(value) || RELEASE.test(value)))

/** `E207 STORE_KEY_WRONG: …`: how a start that is refused ends; of it the code. [agent/cli.ts] */
function ofRefusal(at: string, message: string): Entry | undefined {
  const [, number, code = ''] = /\b(E\d{3}) ([A-Z][A-Z_]{2,40})\b/.exec(message) ?? []
  const known = Object.entries(faults).find(([name]) => name === code)
  return known?.[1].number === number && known !== undefined ? { at, refused: code } : undefined
}

/** A frame of a stack, of our own files; what the error said is not repeated. */
const FRAME =
  /^\s*at .*\/(((?:agent|drivers|config)(?:\/[a-z0-9-]{1,40}){1,5}\.ts):\d{1,5}:\d{1,5})\)?$/

function ofCrash(
  at: string,
  message: string,
  isOurFile: JournalWords['isOurFile'],
): Entry | undefined {
  const [, frame, path = ''] = FRAME.exec(message) ?? []
  if (frame !== undefined) return isOurFile(path) ? { at, frame } : undefined
  const [, name] = /^(\w{1,20}Error)\b/.exec(message) ?? []
  return name !== undefined && ERRORS.includes(name) ? { at, error: name } : undefined
}

const ERRORS: readonly string[] = [
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'SqliteError',
  'AgentError',
]
