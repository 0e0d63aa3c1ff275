import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, readFileSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import { header, message, value } from '../gateway/client.ts'
import { appears, ask, names, open, put, question, single, until } from './bed.ts'

const LIMITED = { timeout: 60_000 }
const NAME = 'OQSsiquc01res_Q.xml'
const putQuestion = (terminal: Parameters<typeof put>[0], identifier = 'Q') =>
  put(terminal, `OQSsiquc01req_${identifier}.xml`, question('01', identifier))

test('slow picks up at once and answers later', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'slow', delayMs: 80 })
  putQuestion(terminal)
  await until(() => terminal.stats().pickedUp === 1)
  assert.deepEqual(names(terminal.folders.res), [])
  assert.match((await appears(terminal.folders.res, NAME)).toString(), /<\/XmlMsg>\n$/)
})

test('asleep picks up nothing, and after it everything', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'asleep' })
  const { polls } = terminal.stats()
  putQuestion(terminal)
  const file = await terminal.face('02')
  assert.ok(existsSync(join(terminal.folders.face, file)))
  assert.ok(terminal.stats().polls <= polls + 1)
  assert.deepEqual(names(terminal.folders.req), ['OQSsiquc01req_Q.xml'])
  terminal.behave({ mode: 'normal' })
  await appears(terminal.folders.res, NAME)
})

test('mute picks up and never answers', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'mute', times: 1 })
  putQuestion(terminal)
  await until(() => terminal.stats().pickedUp === 1)
  await single(terminal, '01', 'NEXT')
  assert.deepEqual(names(terminal.folders.res), ['OQSsiquc01res_NEXT.xml'])
  assert.deepEqual(names(terminal.folders.req), [])
})

test('half-written can be read before its end, and then whole', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'half-written', delayMs: 200 })
  putQuestion(terminal)
  const first = await appears(terminal.folders.res, NAME)
  assert.doesNotMatch(first.toString(), /<\/XmlMsg>/)
  const path = join(terminal.folders.res, NAME)
  const sizes = new Set<number>()
  const whole = await until(() => {
    const bytes = readFileSync(path)
    sizes.add(bytes.length)
    return bytes.toString().endsWith('</XmlMsg>\n') && bytes
  })
  assert.ok(sizes.size >= 4, `seen at ${sizes.size} lengths`)
  assert.equal(value(whole.toString(), 'QualificationValidity'), '1')
})

test('locked is there and cannot be opened until it is let go', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'locked', delayMs: 100 })
  putQuestion(terminal)
  await until(() => terminal.stats().filesWritten === 1)
  const path = join(terminal.folders.res, NAME)
  assert.deepEqual(names(terminal.folders.res), [NAME])
  assert.throws(() => closeSync(openSync(path, 'r')), /EACCES|ELOOP/)
  await until(() => terminal.stats().answered === 1)
  assert.ok(statSync(path).isFile())
  assert.match(readFileSync(path).toString(), /<\/XmlMsg>\n$/)
})

test('deletes takes its answer and its face file away again', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'deletes', deleteAfterMs: 50 })
  putQuestion(terminal)
  await appears(terminal.folders.res, NAME)
  const face = await terminal.face('01')
  assert.ok(existsSync(join(terminal.folders.face, face)))
  await until(() => names(terminal.folders.res).length + names(terminal.folders.face).length === 0)
})

test('twice writes the same bytes again, under the same or another name', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'twice', delayMs: 30, times: 1 })
  putQuestion(terminal)
  await appears(terminal.folders.res, NAME)
  const first = statSync(join(terminal.folders.res, NAME)).ino
  await until(() => statSync(join(terminal.folders.res, NAME)).ino !== first)
  terminal.behave({ mode: 'twice', delayMs: 5, second: 'other' })
  putQuestion(terminal, 'R')
  const again = await appears(terminal.folders.res, 'OQSsiquc01res_R_2.xml')
  assert.deepEqual(again, readFileSync(join(terminal.folders.res, 'OQSsiquc01res_R.xml')))
  const face = await terminal.face('01')
  await until(() => names(terminal.folders.face).length === 2)
  for (const name of names(terminal.folders.face))
    assert.match(name, /^OQSsiquc01res_face_1319999991[0-9A-F]{20}_\d{14}\.xml$/)
  assert.ok(names(terminal.folders.face).includes(face))
})

test('renames shows a temporary name first', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'renames', delayMs: 60 })
  putQuestion(terminal)
  await until(() => names(terminal.folders.res)[0] === `${NAME}.tmp`)
  await appears(terminal.folders.res, NAME)
  assert.deepEqual(names(terminal.folders.res), [NAME])
})

test('a normal answer shows no other name in the folder, ever', LIMITED, async (t) => {
  const terminal = await open(t)
  const seen = new Set<string | null>()
  const watcher = watch(terminal.folders.res, (_event, name) => seen.add(name))
  t.after(() => watcher.close())
  await single(terminal, '01', 'Q')
  await until(() => seen.size > 0)
  assert.deepEqual([...seen], [NAME])
})

test('foreign answers bear another institution or identifier', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'other-institution' })
  const foreign = await single(terminal, '01', 'A')
  assert.equal(value(foreign, 'MedicalInstitutionCode'), '1319999983')
  assert.equal(value(foreign, 'ArbitraryFileIdentifier'), 'A')
  assert.match(await terminal.face('01'), /_face_1319999983/)
  terminal.behave({ mode: 'other-identifier' })
  const other = await single(terminal, '01', 'B')
  assert.equal(value(other, 'MedicalInstitutionCode'), '1319999991')
  assert.equal(value(other, 'ArbitraryFileIdentifier'), 'another-question')
})

test('broken ends half way, not-xml is a text, huge is whole and long', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'broken', times: 1 })
  assert.doesNotMatch(await single(terminal, '01', 'A'), /<\/XmlMsg>/)
  terminal.behave({ mode: 'not-xml', times: 1 })
  assert.doesNotMatch(await single(terminal, '01', 'B'), /</)
  terminal.behave({ mode: 'huge', times: 1 })
  const huge = await single(terminal, '01', 'C')
  assert.ok(huge.length > 20 * 1024 * 1024)
  assert.match(huge, /<\/XmlMsg>\n$/)
  terminal.behave({ mode: 'huge', sizeBytes: 100_000, times: 1 })
  const long = (await single(terminal, '01', 'D')).length
  assert.ok(long > 100_000 && long < 200_000)
})

test('tomorrow is in the file, on the file and in the name', LIMITED, async (t) => {
  const now = Date.UTC(2026, 3, 1, 0, 30, 2)
  const terminal = await open(t, { now: () => now })
  terminal.behave({ mode: 'tomorrow' })
  const xml = await single(terminal, '01', 'Q')
  assert.equal(value(xml, 'ProcessExecutionTime'), '20260402093002')
  assert.equal(statSync(join(terminal.folders.res, NAME)).mtimeMs, now + 86_400_000)
  assert.match(await terminal.face('01'), /_20260402093002\.xml$/)
})

test('zip puts any answer into a ZIP', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'zip' })
  const zip = await ask(terminal, 'OQSsiquc01', 'Q', question('01', 'Q'), 'zip')
  assert.deepEqual(Object.keys(unzipSync(zip)), [NAME])
})

test('busy-bulk holds for so many fetches, and for nothing else', LIMITED, async (t) => {
  const terminal = await open(t, { pendingFetches: 0 })
  const accepted = await ask(terminal, 'OQSmuquc01', 'B', question('01', 'B'))
  const reception = value(accepted.toString(), 'ReceptionNumber') ?? ''
  terminal.behave({ mode: 'busy-bulk', times: 2 })
  assert.equal(value(await single(terminal, '01', 'Q'), 'SegmentOfResult'), '1')
  const segments: (string | undefined)[] = []
  for (const identifier of ['1', '2', '3']) {
    const fetch = message(header(identifier), `<ReceptionNumber>${reception}</ReceptionNumber>`)
    const xml = (await ask(terminal, 'OQSmuquc02', identifier, fetch)).toString()
    segments.push(value(xml, 'SegmentOfResult'))
  }
  assert.deepEqual(segments, ['2', '2', '1'])
})

test('a behaviour can hold for the card reader alone', LIMITED, async (t) => {
  const terminal = await open(t)
  terminal.behave({ mode: 'broken', at: 'face', times: 1 })
  assert.match(await single(terminal, '01', 'Q'), /<\/XmlMsg>/)
  const face = await appears(terminal.folders.face, await terminal.face('01'))
  assert.doesNotMatch(face.toString(), /<\/XmlMsg>/)
  const next = await appears(terminal.folders.face, await terminal.face('01'))
  assert.match(next.toString(), /<\/XmlMsg>/)
})

test('the control port shows faces, sets a behaviour and tells the counts', LIMITED, async (t) => {
  const terminal = await open(t)
  const post = (path: string, body: string, type = 'application/json') =>
    fetch(terminal.controlUrl + path, { method: 'POST', headers: { 'content-type': type }, body })
  const shown = await post('/face', '{"patient":"01"}')
  assert.equal(shown.status, 200)
  const [name = ''] = names(terminal.folders.face)
  assert.deepEqual(await shown.json(), { name })
  assert.equal((await post('/behaviour', '{"mode":"mute","times":1}')).status, 200)
  for (const [path, wrong] of [
    ['/face', '{"patient":"41"}'],
    ['/face', '{"patient":1}'],
    ['/face', '{'],
    ['/behaviour', '{"mode":"x"}'],
    ['/behaviour', '{"mod":"slow"}'],
    ['/behaviour', '{"mode":"slow","delayMs":-1}'],
    ['/behaviour', '{"mode":"asleep","times":1}'],
    ['/behaviour', '{"mode":"mute","at":"face"}'],
    ['/behaviour', '{"mode":"slow","second":"other"}'],
    ['/behaviour', '[]'],
  ] as const)
    assert.equal((await post(path, wrong)).status, 400, wrong)
  assert.equal((await post('/face', '{}', 'text/plain')).status, 415)
  putQuestion(terminal)
  await until(() => terminal.stats().pickedUp === 1)
  const stats: unknown = await (await fetch(`${terminal.controlUrl}/stats`)).json()
  assert.equal((await fetch(`${terminal.controlUrl}/`)).status, 404)
  assert.ok(typeof stats === 'object' && stats !== null && 'pickedUp' in stats)
  assert.equal(stats.pickedUp, 1)
  assert.deepEqual(names(terminal.folders.res), [])
})

test(
  'it closes at once while an answer is delayed, and leaves no lock behind',
  LIMITED,
  async (t) => {
    const terminal = await open(t)
    terminal.behave({ mode: 'locked', delayMs: 3_600_000, times: 1 })
    putQuestion(terminal, 'A')
    await until(() => terminal.stats().filesWritten === 1)
    terminal.behave({ mode: 'slow', delayMs: 3_600_000 })
    putQuestion(terminal, 'B')
    await until(() => terminal.stats().pickedUp === 2)
    await terminal.close()
    assert.match(
      readFileSync(join(terminal.folders.res, 'OQSsiquc01res_A.xml')).toString(),
      /XmlMsg/,
    )
    assert.deepEqual(names(terminal.folders.res), ['OQSsiquc01res_A.xml'])
  },
)
