import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DATA_LIMIT_BYTES, decodeFrame, encodeFrame } from '../../../drivers/vivopay/frame.ts'
import { openAssembler, REPORT_BYTES, toReports } from '../../../drivers/vivopay/report.ts'

const answerOf = (data: Uint8Array) => encodeFrame({ command: 0x2c, code: 0, data }, 'high-first')
const content = fc.uint8Array({ maxLength: DATA_LIMIT_BYTES })
/** So long that there is a first, a middle and a last report. */
const long = fc.uint8Array({ minLength: 120, maxLength: DATA_LIMIT_BYTES })

/** What a receiver makes of reports: the data of each whole frame, and how many were broken. */
function received(reports: readonly Uint8Array[]) {
  const assemble = openAssembler()
  const frames: Uint8Array[] = []
  let broken = 0
  for (const report of reports) {
    const assembled = assemble(report)
    if (assembled.is === 'broken') broken += 1
    if (assembled.is !== 'frame') continue
    const frame = decodeFrame(assembled.bytes, 'high-first')
    if (frame === undefined) broken += 1
    else frames.push(frame.data)
  }
  return { frames, broken }
}

const same = (frames: readonly Uint8Array[], ...wanted: readonly Uint8Array[]) =>
  assert.deepEqual(
    frames.map((frame) => [...frame]),
    wanted.map((frame) => [...frame]),
  )

test('the reports of a ping are those that the maker prints', () => {
  const ping = encodeFrame({ command: 0x18, code: 1, data: new Uint8Array() }, 'low-first')
  const [report, ...more] = toReports(ping)
  assert.deepEqual(more, [])
  assert.equal(
    Buffer.from(report ?? []).toString('hex'),
    '015669564f74656368320018010000b3cd'.padEnd(128, '0'),
  )
})

test('a frame of 63 bytes is one report, one of 64 is two, one of 127 is three', () => {
  for (const [bytes, ids] of [
    [63, [1]],
    [64, [2, 4]],
    [126, [2, 4]],
    [127, [2, 3, 4]],
    [1_500, [2, ...Array.from({ length: 22 }, () => 3), 4]],
  ] as const) {
    const reports = toReports(answerOf(new Uint8Array(bytes - 16)))
    assert.deepEqual(
      reports.map(([id]) => id),
      ids,
    )
    assert.ok(reports.every(({ length }) => length === REPORT_BYTES))
  }
})

test('frames of any length come through, one after the other', () => {
  fc.assert(
    fc.property(fc.array(content, { maxLength: 4 }), (contents) => {
      const { frames, broken } = received(contents.flatMap((one) => toReports(answerOf(one))))
      same(frames, ...contents)
      assert.equal(broken, 0)
    }),
  )
})

/** Reports that are not of the protocol: unknown ids, wrong lengths, no frame in a first one. */
const stranger = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 5, 6, 0x7f, 0xff), fc.uint8Array({ minLength: 63, maxLength: 63 }))
    .map(([id, rest]) => Uint8Array.of(id, ...rest)),
  fc.uint8Array({ maxLength: 63 }),
  fc.uint8Array({ minLength: 65, maxLength: 80 }),
  fc
    .tuple(fc.constantFrom(1, 2), fc.uint8Array({ minLength: 62, maxLength: 62 }))
    .map(([id, rest]) => Uint8Array.of(id, 0x57, ...rest)),
)

test('reports that are none of the protocol change nothing, wherever they come', () => {
  fc.assert(
    fc.property(
      content,
      fc.array(fc.tuple(fc.nat(), stranger), { maxLength: 8 }),
      (data, noise) => {
        const reports = toReports(answerOf(data))
        for (const [at, report] of noise) reports.splice(at % (reports.length + 1), 0, report)
        const { frames, broken } = received(reports)
        same(frames, data)
        assert.equal(broken, 0)
      },
    ),
  )
})

test('a middle or last part without a first one is passed over', () => {
  fc.assert(
    fc.property(long, content, (lost, data) => {
      const { frames, broken } = received([
        ...toReports(answerOf(lost)).slice(1),
        ...toReports(answerOf(data)),
      ])
      same(frames, data)
      assert.equal(broken, 0)
    }),
  )
})

test('a lost part breaks its frame, and never the next one', () => {
  fc.assert(
    fc.property(long, content, fc.nat(), (lost, data, at) => {
      const reports = toReports(answerOf(lost))
      const gone = at % reports.length
      reports.splice(gone, 1)
      const { frames, broken } = received([...reports, ...toReports(answerOf(data))])
      same(frames, data)
      // Without its first part it is noise, without its last one it is not over.
      assert.equal(broken, gone === 0 || gone === reports.length ? 0 : 1)
    }),
  )
})

test('a part that comes twice, or in the place of another, is never taken for the right one', () => {
  fc.assert(
    fc.property(long, content, fc.nat(), fc.nat(), (spoilt, data, from, to) => {
      const reports = toReports(answerOf(spoilt))
      const [a, b] = [from % reports.length, to % reports.length]
      const twice = [...reports.slice(0, a + 1), ...reports.slice(a)]
      const swapped = [...reports]
      const [one, other] = [reports[a], reports[b]]
      if (one !== undefined && other !== undefined) swapped.splice(a, 1, other)
      if (one !== undefined && other !== undefined) swapped.splice(b, 1, one)
      for (const wrong of [twice, swapped]) {
        const { frames } = received([...wrong, ...toReports(answerOf(data))])
        const others = frames.slice(0, -1).filter((frame) => !sameBytes(frame, spoilt))
        same(others)
        same(frames.slice(-1), data)
      }
    }),
  )
})

const sameBytes = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

test('one changed byte in a report never gives another payload', () => {
  fc.assert(
    fc.property(
      content,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (data, r, at, flip) => {
        const reports = toReports(answerOf(data))
        const report = reports[r % reports.length]
        if (report === undefined) return
        const place = at % REPORT_BYTES
        report[place] = (report[place] ?? 0) ^ flip
        same(received(reports).frames)
        const next = Uint8Array.of(0x90, 0x00)
        same(received([...reports, ...toReports(answerOf(next))]).frames, next)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('any reports whatever are taken without a throw', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc
          .tuple(fc.integer({ min: 0, max: 5 }), fc.uint8Array({ minLength: 63, maxLength: 63 }))
          .map(([id, rest]) => Uint8Array.of(id, ...rest)),
      ),
      (reports) => same(received(reports).frames),
    ),
  )
})
