import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bundleEvents } from '../../../../agent/ops/bundle/events.ts'
import { filteredJournal } from '../../../../agent/ops/bundle/journal.ts'

const words = { names: ['ngn'], isOurFile: (path: string) => path === 'agent/main.ts' }
const entry = (message: unknown, more: object = {}) =>
  JSON.stringify({ __REALTIME_TIMESTAMP: '1796000000000000', MESSAGE: message, ...more })
const of = (...lines: string[]) => filteredJournal(lines, words)

test('an event is repeated with its numbers, switches and known words, and with nothing else', () => {
  const facts = {
    ...{
      level: 40,
      event: 'line-tested',
      line: 'ngn',
      code: 'LINE_UNREACHABLE',
      sign: 'ETIMEDOUT',
    },
    ...{
      tookMs: 12,
      wasThere: true,
      detail: 'free text',
      step: 'taro',
      relapses: 123456789018,
      url: 1,
    },
  }
  const { entries, held } = of(
    entry(JSON.stringify(facts)),
    entry('{"event":"somebody-called"}'),
    'x',
    '',
  )
  assert.deepEqual(entries, [
    {
      at: '2026-11-30T09:53:20+09:00',
      ...{
        event: 'line-tested',
        level: 40,
        line: 'ngn',
        code: 'LINE_UNREACHABLE',
        sign: 'ETIMEDOUT',
      },
      ...{ tookMs: 12, wasThere: true },
    },
  ])
  assert.equal(held, 2)
})

test('of a crash the kind of error and our own frames are repeated, of systemd what it did', () => {
  const frame = (path: string) => entry(`    at open (file:///usr/lib/onshi-agent/${path}:10:5)`)
  const failed = {
    MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c',
    UNIT_RESULT: 'watchdog',
    UNIT: 'x',
  }
  const { entries, held } = of(
    entry('TypeError: 検証 一郎'),
    frame('agent/main.ts'),
    frame('agent/taro.ts'),
    entry('OtherError: x'),
    entry('/etc/検証.toml: 誤り [E202 CONFIG_INVALID]'),
    entry('E202 STORE_KEY_WRONG, E999 NO_SUCH_CODE'),
    entry('free text', failed),
    entry('free text', { MESSAGE_ID: 'of another program' }),
  )
  const said = entries.map(({ at: _, ...rest }) => rest)
  assert.deepEqual(said, [
    { error: 'TypeError' },
    { frame: 'agent/main.ts:10:5' },
    { refused: 'CONFIG_INVALID' },
    { by: 'systemd', event: 'unit-failure-result', UNIT_RESULT: 'watchdog' },
  ])
  assert.equal(held, 4)
})

test('a bundle knows every event that the source writes', () => {
  const files = globSync(['agent/**/*.ts', 'drivers/**/*.ts'], {
    exclude: ['agent/{sim,desk,conformance,client}/**'],
  })
  const written = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const direct = text.matchAll(
      /\.(?:info|warn|error)\(\s*(?:[^;]{0,400}?),\s*'([a-z]+(?:-[a-z]+)+)',?\s*\)/g,
    )
    const chosen = text.matchAll(/level: [^\n]{0,60}event: '([a-z]+(?:-[a-z]+)+)'/g)
    return [...direct, ...chosen].map(([, event = '']) => event)
  })
  assert.ok(new Set(written).size > 60)
  const missing = [...new Set(written)].filter((event) => !bundleEvents.has(event))
  assert.deepEqual(missing, [], 'to be added to agent/ops/bundle/events.ts')
})
