import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import {
  answerName,
  answerTo,
  type Bench,
  benchOf,
  questionAt,
  requestName,
  searchInfo,
  watched,
} from './terminal-bench.ts'

type Kind = 'question' | 'registration'

/** One request, and what happens to it and at the folders while it is under way. */
function openScene(kind: Kind) {
  const first = benchOf()
  const { clock, req, res } = first
  const id = uuidV7(clock.now())
  const name = requestName(kind === 'question' ? 'OQSsiquc01' : 'OQSsiimm01', id)
  const registration = { ...searchInfo, referenceNumber: '1' }
  const begin = (bench: Bench, isRepeat: boolean) => {
    const stop = new AbortController()
    const asked =
      kind === 'question'
        ? bench.gateway.ask(questionAt(clock, id), stop.signal)
        : bench.gateway.register({ id, isRepeat, registration }, stop.signal)
    return { bench, stop, isRepeat, state: watched<object>(asked) }
  }
  let asking = begin(first, false)
  let pickedUp = 0
  const answer = async (bytes: Uint8Array) => {
    if (pickedUp > 0) await res.bring(answerName(name), bytes)
  }
  return {
    name,
    clock,
    req,
    asking: () => asking,
    pickedUp: () => pickedUp,
    steps: {
      'pick up': () => {
        pickedUp += req.takeAway(name) ? 1 : 0
      },
      answer: () => answer(answerTo(name)),
      'answer in part': () => answer(answerTo(name).subarray(0, 60)),
      'answer another': () => answer(answerTo(name, { code: '1319999983' })),
      'cut req': () => req.cut(),
      'cut res': () => res.cut(),
      'mend req': () => req.mend(),
      'mend res': () => res.mend(),
      async restart() {
        if (asking.state.ended) return
        asking.stop.abort(new Error('stop'))
        await clock.advance(0)
        await asking.bench.gateway.close()
        await clock.advance(1_000)
        asking = begin(asking.bench.again(), true)
      },
    },
  }
}

const stepNames = Object.keys(openScene('question').steps)
const schedule = fc.array(fc.oneof(fc.nat(40_000), fc.constantFrom(...stepNames)), {
  maxLength: 14,
})

async function play(kind: Kind, steps: readonly (string | number)[]) {
  const scene = openScene(kind)
  const happen = new Map<string, () => void | Promise<void>>(Object.entries(scene.steps))
  await scene.clock.advance(0)
  for (const step of steps) {
    if (typeof step === 'number') await scene.clock.advance(step)
    else await happen.get(step)?.()
    await scene.clock.advance(0)
  }
  await scene.clock.advance(210_000)
  scene.steps['mend req']()
  scene.steps['mend res']()
  await scene.clock.advance(2_000)
  return scene
}

const FAULTS = ['GATEWAY_TIMEOUT', 'TERMINAL_SILENT', 'TERMINAL_UNREACHABLE']

for (const kind of ['question', 'registration'] as const)
  test(`whatever happens at the folders, a ${kind} ends once, and nothing is left to ask`, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (steps) => {
        const { name, asking, pickedUp, req, clock } = await play(kind, steps)
        const { state, bench, isRepeat } = asking()
        assert.ok(state.ended, 'it ends')
        const { gateway, res } = bench
        assert.deepEqual([res.claims(), clock.sleeping(), gateway.openCount()], [[], 0, 0])
        assert.ok(state.code === undefined || FAULTS.includes(state.code), state.code)
        const couldNotLook = kind === 'registration' && isRepeat
        if (state.code !== undefined && !(couldNotLook && state.code === 'TERMINAL_UNREACHABLE'))
          assert.ok(!req.files.has(name), `nothing may be asked after ${state.code}`)
        if (kind === 'question') return
        assert.ok(req.puts.length <= 1, 'never written twice')
        if (state.code === 'TERMINAL_SILENT') assert.equal(pickedUp(), 0)
        if (!isRepeat && state.code === 'TERMINAL_UNREACHABLE') assert.equal(pickedUp(), 0)
      }),
      { numRuns: 500 },
    )
  })
