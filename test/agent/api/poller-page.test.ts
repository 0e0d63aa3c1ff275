import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { outcomes } from '../../../agent/conformance/checks/event.ts'
import { checksFor } from '../../../agent/conformance/checks.ts'
import { faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import { Outcome } from '../../../agent/kernel/verification.ts'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { startBed } from '../../bed/agent.ts'
import { answerIn, dataIn, fencesIn, type Line, linesIn, missing } from './page-lines.ts'

const english = readFileSync('agent/api/POLLER.md', 'utf8')
const japanese = readFileSync('agent/api/POLLER.ja.md', 'utf8')
const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}

/** More than a page needs on a busy machine; a line that hangs is a failure. */
const PATIENCE_MS = 60_000

interface Ran {
  /** Resolves with everything once the line has ended, or once `enough` holds. */
  readonly printed: Promise<string>
}

/** Runs a line as a shell would, in a folder of its own. */
function run(
  t: TestContext,
  command: string,
  cwd: string,
  variables: ReadonlyMap<string, string>,
  enough: (printed: string) => boolean,
): Ran {
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd,
    env: { ...process.env, ...Object.fromEntries(variables) },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE_MS,
  })
  t.after(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (enough(printed)) child.kill('SIGKILL')
  })
  return { printed: once(child, 'close').then(() => printed) }
}

const isStream = ({ command }: Line) => command.includes('text/event-stream')
/** Ends by an event only, or when its time is up. */
const waitsForEvent = ({ command }: Line) =>
  command.includes('Prefer: wait=30') && command.includes('/v1/events')

const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed'

test('every curl line of the page does what the page shows, against a real agent', {
  skip,
}, async (t) => {
  const bed = await startBed(t)
  // So that a question is still open when it is answered with 202.
  bed.gateway.behave({ mode: 'normal', delayMs: 100 })
  await bed.client.ask(faceOf('01'))
  await bed.client.ask(faceOf('02'))
  const [first] = (await bed.client.events()).items
  const old = Buffer.from(first?.cursor ?? '', 'base64url')
  old[0] = (old[0] ?? 0) ^ 1
  const variables = new Map([
    ['API', bed.agent.url],
    ['TOKEN', bed.token],
    ['KEY', 'key-1'],
    ['OTHER_KEY', 'key-2'],
    ['OLD_CURSOR', old.toString('base64url')],
  ])
  const lines = linesIn(english)
  assert.equal(lines.length, english.match(/^\s*curl\b/gm)?.length, 'none is left out')
  assert.ok(lines.length > 15)
  for (const line of lines) {
    const shown = isStream(line) ? dataIn(`${line.body}\n`) : []
    const enough = (printed: string) => isStream(line) && dataIn(printed).length >= shown.length
    const { printed } = run(t, line.command, bed.folder, variables, enough)
    if (waitsForEvent(line)) await bed.client.ask(faceOf('14'))
    const came = answerIn(await printed)
    assert.equal(came.status, line.status, `${line.command}\n${await printed}`)
    const [wanted, got] = isStream(line)
      ? [shown, dataIn(await printed)]
      : [line.body, came.body].map((text) => (text === '' ? null : JSON.parse(text)))
    assert.deepEqual(wanted === null ? [] : missing(wanted, got, variables), [], line.command)
    assert.deepEqual(missing(line.headers, came.headers, variables), [], line.command)
  }
  const bytes = (name: string) => readFileSync(join(bed.folder, name))
  const text = new TextDecoder('shift_jis', { fatal: true }).decode(bytes('answer-shift_jis.xml'))
  assert.match(text, /^<\?xml [^>]*encoding="Shift_JIS"/)
  const asItCame = new TextDecoder('utf-8', { fatal: true }).decode(bytes('answer-as-it-came.xml'))
  assert.match(asItCame, /<Name>/)
})

test('a line that shows what does not come is found', () => {
  const variables = new Map([['ID', 'one']])
  const came = { id: 'one', cursor: 'c', items: [{ a: 1 }], mistakes: [], gone: null }
  for (const [shown, paths] of [
    [{ id: '$ID', cursor: '$CURSOR', items: [{ a: 1 }], gone: null }, []],
    [{ id: '/v/$ID' }, ['.id']],
    [{ items: [] }, ['.items']],
    [{ items: [{ a: 2 }] }, ['.items.0.a']],
    [{ mistakes: [{ field: '…' }] }, ['.mistakes.0']],
    [{ absent: '…', gone: '…' }, ['.absent', '.gone']],
  ] as const) {
    assert.deepEqual(missing(shown, came, variables), paths)
  }
  assert.equal(variables.get('CURSOR'), 'c')
  assert.throws(() => linesIn('```sh\ncurl a\n```\n\n```text\nno answer\n```\n'), /its answer/)
  assert.throws(() => linesIn('```sh\ncurl a\ncurl b\n```\n\n```http\nHTTP/1.1 200 OK\n```\n'))
})

test('the Japanese page has the same lines and answers, and its sections in the same order', () => {
  assert.deepEqual(fencesIn(japanese), fencesIn(english))
  const headings = (page: string) => [...page.matchAll(/^## (.+)$/gm)].map(([, text = '']) => text)
  assert.deepEqual(
    headings(japanese).map((heading) => /（(.+)）$/.exec(heading)?.[1]),
    headings(english),
    'each Japanese heading ends with the English one',
  )
})

test('the refusals of the page are those of the catalogue, and there are ten', () => {
  for (const page of [english, japanese]) {
    const rows = [...page.matchAll(/^\| (\d{3}) \| `(\w+)` \| (E\d+) \| (.+?) \| .+ \|$/gm)]
    assert.equal(rows.length, 10)
    for (const [, status, code = '', number, title] of rows) {
      assert.ok(isFaultCode(code), code)
      const fault = faults[code]
      assert.deepEqual([Number(status), number, title], [fault.http, fault.number, fault.title])
    }
  }
})

test('the outcomes of the page, of the agent and of the conformance run are the same', () => {
  for (const page of [english, japanese]) {
    const named = [...page.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gm)].map(([, name]) => name)
    assert.deepEqual(named, Outcome.enum)
  }
  assert.deepEqual(outcomes, Outcome.enum)
})

test('every section that a check of the conformance run rests on is on the page', () => {
  for (const { id, section } of checksFor({ token: '' }))
    assert.ok(english.includes(`\n## ${section}\n`), `${id}: ${section}`)
})
