import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  after,
  begin,
  type LinesMemory,
  proofMs,
  type Sign,
  usable,
} from '../../../agent/uplink/standing.ts'
import { FAULTS, PaperModel } from './standing-model.ts'

const PROVE_MS = 30_000
const proof = { proveMs: PROVE_MS }
const standings = (memory: LinesMemory) => memory.lines.map(({ standing }) => standing).join(' ')
const lineIn = ({ lines }: LinesMemory, name: string) => {
  const line = lines.find((one) => one.name === name)
  assert.ok(line)
  return line
}

const names = fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c'])
const signs: fc.Arbitrary<Sign> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Sign>({ is: 'alive' }) },
  { weight: 2, arbitrary: fc.constant<Sign>({ is: 'missed' }) },
  { weight: 2, arbitrary: fc.constant<Sign>({ is: 'answered' }) },
  { weight: 3, arbitrary: fc.constant<Sign>({ is: 'passed' }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...FAULTS).map((fault): Sign => ({ is: 'failed', fault })),
  },
)
/** Mostly seconds, at times so long that proofs end and relapses are forgotten. */
const waits = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(PROVE_MS, 2 * PROVE_MS, 599_999, 600_000) },
)
interface Happening {
  readonly waitMs: number
  readonly line: string
  readonly sign: Sign
  /** Undefined: nobody chooses. */
  readonly hold: string | null | undefined
}
const steps: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({
    waitMs: waits,
    line: fc.constantFrom('a', 'b', 'c'),
    sign: signs,
    hold: fc.option(fc.constantFrom('a', 'b', 'c', null), { freq: 20, nil: undefined }),
  }),
  { maxLength: 120, size: 'max' },
)

/** Every state that a sequence of signs leads through, with what led there. */
function* walked(list: readonly string[], sequence: readonly Happening[]) {
  let memory = begin(list, null, 0)
  let at = 0
  for (const { waitMs, line, sign, hold } of sequence) {
    at += waitMs
    const before = memory
    const isHold = hold !== undefined && (hold === null || list.includes(hold))
    if (isHold) memory = { ...memory, held: hold }
    const held = memory
    memory = after(held, line, sign, at, proof)
    yield { before, held, memory, line, sign, at, isHold }
  }
}

test('the core does what the rules on paper say, whatever happens in whatever order', () => {
  fc.assert(
    fc.property(names, steps, (list, sequence) => {
      const model = new PaperModel(list, PROVE_MS)
      for (const { memory, line, sign, at } of walked(list, sequence)) {
        model.held = memory.held
        model.sign(line, sign, at)
        assert.equal(standings(memory), model.lines.map(({ state }) => state).join(' '))
        assert.deepEqual(usable(memory), model.order())
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a line that is down is never asked while another can be', () => {
  fc.assert(
    fc.property(names, steps, (list, sequence) => {
      for (const { memory } of walked(list, sequence)) {
        const down = memory.lines.filter(({ standing }) => standing === 'down')
        if (down.length === list.length) continue
        const order = usable(memory)
        assert.ok(down.every(({ name }) => !order.includes(name)))
        assert.equal(order.length, list.length - down.length)
      }
    }),
  )
})

test('from a line that can be used questions move only to one that has just proved itself', () => {
  fc.assert(
    fc.property(names, steps, (list, sequence) => {
      for (const { held, memory, line, at } of walked(list, sequence)) {
        const [[from], [to]] = [usable(held), usable(memory)]
        if (from === undefined || to === undefined || from === to) continue
        if (lineIn(memory, from).standing === 'down' || to === memory.held) continue
        const before = lineIn(held, to)
        assert.deepEqual([to, before.standing, lineIn(memory, to).standing], [line, 'trial', 'up'])
        assert.ok(at - before.since >= proofMs(before.relapses, PROVE_MS))
      }
    }),
  )
})

test('nothing makes a line flap: each return costs twice the time of the one before', () => {
  const WINDOW_MS = 600_000
  // 30 + 60 + 120 + 240 s are within the window, 480 s more are not.
  const RETURNS_AT_MOST = 4
  const fast = fc.array(fc.tuple(fc.constantFrom(1_000, 15_000, PROVE_MS), signs), {
    minLength: 50,
    maxLength: 400,
    size: 'max',
  })
  fc.assert(
    fc.property(fast, (sequence) => {
      let memory = begin(['a', 'b'], null, 0)
      let [at, returns] = [0, 0]
      for (const [waitMs, sign] of sequence) {
        at += waitMs
        if (at > WINDOW_MS) break
        const [before] = usable(memory)
        memory = after(memory, 'a', sign, at, proof)
        if (before === 'b' && usable(memory)[0] === 'a') returns += 1
      }
      assert.ok(returns <= RETURNS_AT_MOST, `${returns} returns`)
    }),
  )
})

test('a line that fails as fast as it can comes back nine times in an hour and no more', () => {
  let memory = begin(['a', 'b'], null, 0)
  let returns = 0
  for (let at = 0; at <= 3_600_000; at += 1_000) {
    const { standing } = lineIn(memory, 'a')
    const sign: Sign =
      standing === 'up'
        ? { is: 'failed', fault: 'LINE_SILENT' }
        : { is: standing === 'down' ? 'passed' : 'alive' }
    memory = after(memory, 'a', sign, at, proof)
    if (standing === 'trial' && lineIn(memory, 'a').standing === 'up') returns += 1
  }
  assert.ok(returns >= 5 && returns <= 9, `${returns} returns`)
})
