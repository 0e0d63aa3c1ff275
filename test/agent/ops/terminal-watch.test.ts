import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import type { FolderReport, TerminalEvent, TerminalReport } from '../../../agent/kernel/terminal.ts'
import { watchTerminal, watchTerminalOutages } from '../../../agent/ops/terminal-watch.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

const onBug = (error: unknown) => {
  throw error
}
const HOUR_MS = 60 * 60_000
const folder: FolderReport = {
  role: 'face',
  path: '/oqs/face',
  state: 'reachable',
  since: 0,
  fault: null,
  entries: 0,
  newestAt: null,
  lookedAt: null,
  listingMs: null,
  spool: null,
}
const report: TerminalReport = {
  folders: [folder],
  open: 0,
  answerMs: null,
  heardAt: null,
  bypassed: false,
  bypass: null,
}

function watched(t: TestContext, quietMs: number | null = 4 * HOUR_MS) {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  let now = report
  let isOpen = true
  const bugs: unknown[] = []
  const watch = watchTerminal({
    conditions,
    report: () => now,
    isOpen: () => isOpen,
    quietMs,
    clock,
    onBug: (error) => bugs.push(error),
  })
  t.after(async () => {
    await watch.close()
    assert.deepEqual(bugs, [])
  })
  const codes = () =>
    conditions
      .showing()
      .filter(({ severity }) => severity !== 'pass')
      .map(({ code }) => code)
  const tell = (event: TerminalEvent) => watch.take(event)
  return {
    clock,
    conditions,
    codes,
    tell,
    heard: (at: number) => {
      now = { ...report, heardAt: at }
    },
    shut: () => {
      isOpen = false
    },
    open: () => {
      isOpen = true
    },
  }
}
const ahead = (aheadSeconds: number): TerminalEvent => ({ is: 'clock', at: 0, aheadSeconds })
const refused = (code: 'ANSWER_MALFORMED' | 'ANSWER_OF_ANOTHER_INSTITUTION', at: number) =>
  ({ is: 'file-refused', at, role: 'face', code, modifiedAt: 1, sizeBytes: 2 }) as const

test('a terminal that brings nothing for hours is told in clinic hours, until it brings something', async (t) => {
  const { clock, codes, heard, shut } = watched(t)
  await clock.advance(4 * HOUR_MS)
  assert.deepEqual(codes(), [])
  await clock.advance(60_000)
  assert.deepEqual(codes(), ['TERMINAL_QUIET'])
  heard(clock.now())
  await clock.advance(10_000)
  assert.deepEqual(codes(), [])
  shut()
  await clock.advance(8 * HOUR_MS)
  assert.deepEqual(codes(), [], 'nobody is there to bring anything')
})

test('the night counts for nothing: a clinic that opens has not been without a file yet', async (t) => {
  const { clock, codes, heard, shut, open } = watched(t)
  heard(clock.now())
  shut()
  await clock.advance(15 * HOUR_MS)
  open()
  await clock.advance(3 * HOUR_MS)
  assert.deepEqual(codes(), [])
  await clock.advance(2 * HOUR_MS)
  assert.deepEqual(codes(), ['TERMINAL_QUIET'])
})

test('a folder that takes no file is told as that, until it takes one or is gone', async (t) => {
  const { clock, codes, tell } = watched(t)
  const at = clock.now()
  tell({ is: 'folder', at, role: 'req', fault: 'TERMINAL_REFUSED' })
  await clock.advance(10_000)
  assert.deepEqual(codes(), ['TERMINAL_UNWRITABLE'])
  tell({ is: 'folder', at, role: 'req', fault: 'TERMINAL_UNREACHABLE' })
  await clock.advance(10_000)
  assert.deepEqual(codes(), ['TERMINAL_UNREACHABLE'])
  tell({ is: 'folder', at, role: 'req', fault: null })
  assert.deepEqual(codes(), [])
})

test('quiet is never told where the clinic wants it so', async (t) => {
  const { clock, codes } = watched(t, null)
  await clock.advance(48 * HOUR_MS)
  assert.deepEqual(codes(), [])
})

test('the terminal’s clock is told when three files in a row are off, and not for one that was copied', (t) => {
  const { codes, tell } = watched(t)
  for (const seconds of [-90_000, 2, -90_000, -90_000]) tell(ahead(seconds))
  assert.deepEqual(codes(), [])
  tell(ahead(-90_000))
  assert.deepEqual(codes(), ['TERMINAL_CLOCK_WRONG'])
  tell(ahead(-119))
  assert.deepEqual(codes(), [])
})

test('files that could not be read are told for a day', async (t) => {
  const { clock, codes, tell, heard } = watched(t)
  tell(refused('ANSWER_MALFORMED', clock.now()))
  tell(refused('ANSWER_OF_ANOTHER_INSTITUTION', clock.now()))
  assert.deepEqual(codes().sort(), ['TERMINAL_FILE_UNREADABLE', 'TERMINAL_OF_ANOTHER_INSTITUTION'])
  await clock.advance(24 * HOUR_MS)
  heard(clock.now())
  tell(refused('ANSWER_MALFORMED', clock.now()))
  await clock.advance(60_000)
  assert.deepEqual(codes(), ['TERMINAL_FILE_UNREADABLE'])
})

test('a folder that is gone, a request that lies, a bypass: each is told by its own name and cleared', async (t) => {
  const { clock, codes, tell } = watched(t)
  const at = clock.now()
  tell({ is: 'folder', at, role: 'res', fault: 'TERMINAL_UNREACHABLE' })
  tell({ is: 'folder', at, role: 'front-res', fault: 'TERMINAL_REFUSED' })
  tell({ is: 'bypass', at, bypassed: true })
  await clock.advance(10_000)
  assert.deepEqual(codes().sort(), [
    'FRONT_UNWRITABLE',
    'TERMINAL_BYPASSED',
    'TERMINAL_UNREACHABLE',
  ])
  tell({ is: 'folder', at, role: 'res', fault: null })
  tell({ is: 'folder', at, role: 'front-res', fault: null })
  tell({ is: 'bypass', at, bypassed: false })
  tell({ is: 'asked', at, fault: 'TERMINAL_SILENT', answerMs: null })
  assert.deepEqual(codes(), ['TERMINAL_SILENT'])
  tell({ is: 'heard', at, role: 'face' })
  assert.deepEqual(codes(), [])
})

test('health states the share, the age of its newest file and the answer time where nothing is wrong', async (t) => {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const newestAt = clock.now() - 5_000
  const watch = watchTerminal({
    conditions,
    report: () => ({
      ...report,
      folders: [{ ...folder, newestAt }],
      answerMs: { last: 700, median: 500 },
    }),
    isOpen: () => true,
    quietMs: null,
    clock,
    onBug,
  })
  t.after(() => watch.close())
  const [seen] = conditions.showing()
  assert.equal(seen?.severity, 'pass')
  assert.deepEqual(seen.facts, {
    share: 'reachable',
    open: 0,
    newestFileAgeSeconds: 5,
    answerLastMs: 700,
    answerMedianMs: 500,
  })
})

/** What was stamped and rung, in order. */
function outages(isLasting = false) {
  const did: string[] = []
  const observe = watchTerminalOutages({
    outages: {
      began: async (cause) => void did.push(`began ${cause}`),
      ended: async () => void did.push('ended'),
      current: () =>
        isLasting
          ? { id: 'o1', startedAt: 0, endedAt: null, cause: 'TERMINAL_UNREACHABLE' }
          : undefined,
    },
    reasking: {
      lineIsBack: () => did.push('ask again'),
      linesAreDown: () => did.push('stop asking'),
    },
    log: recordingLog(),
    onBug,
  })
  return { did, observe }
}
const gone = (role: 'req' | 'res' | 'face', fault: 'TERMINAL_UNREACHABLE' | null) =>
  ({ is: 'folder', at: 0, role, fault }) as const

test('a share that is gone is one outage, and what could not be asked is asked once it is back whole', () => {
  const { did, observe } = outages()
  observe(gone('req', 'TERMINAL_UNREACHABLE'))
  observe(gone('res', 'TERMINAL_UNREACHABLE'))
  observe(gone('req', null))
  assert.deepEqual(did, ['ask again', 'stop asking', 'began TERMINAL_UNREACHABLE', 'stop asking'])
  observe(gone('res', null))
  assert.deepEqual(did.slice(4), ['ended', 'ask again'])
})

test('a terminal that left a request lying is asked again at its next sign of life', () => {
  const { did, observe } = outages()
  observe({ is: 'asked', at: 0, fault: 'TERMINAL_SILENT', answerMs: null })
  observe({ is: 'asked', at: 0, fault: 'GATEWAY_TIMEOUT', answerMs: null })
  observe({ is: 'heard', at: 0, role: 'face' })
  observe({ is: 'heard', at: 0, role: 'face' })
  assert.deepEqual(did, ['ask again', 'began TERMINAL_SILENT', 'ended', 'ask again'])
})

test('an outage from before a start ends with the first sign of life, and the card reader’s folder is none', () => {
  const { did, observe } = outages(true)
  observe(gone('face', 'TERMINAL_UNREACHABLE'))
  observe(gone('face', null))
  assert.deepEqual(did, ['ask again'])
  observe({ is: 'heard', at: 0, role: 'face' })
  assert.deepEqual(did, ['ask again', 'ended', 'ask again'])
})
