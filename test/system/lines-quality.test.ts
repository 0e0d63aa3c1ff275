import { type LineFault, testFaults } from './line-faults/fault.ts'
import type { Stage } from './line-faults/stage.ts'

const lineA = ({ bed }: Stage) => bed.line('a')
const any = ['a', 'b', 'c'] as const

const losing = (lossPercent: number): LineFault => ({
  name: `questions are answered while line A loses ${lossPercent} % of the packets each way`,
  meets: 'in-flight',
  begin: (stage) => lineA(stage).set({ lossPercent }),
  over: any,
  also: severalMore,
})

async function severalMore(stage: Stage) {
  for (let n = 0; n < 5; n += 1) {
    const { outcome, fault } = await stage.ask()
    if (outcome !== 'valid') throw new Error(`question ${n}: ${outcome} ${fault?.code}`)
  }
}

const QUALITIES: readonly LineFault[] = [
  losing(1),
  losing(10),
  losing(30),
  {
    name: 'questions are answered when the round trip of line A jumps from 20 to 300 ms',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ delayMs: 150 }),
    over: any,
    also: severalMore,
  },
  {
    name: 'questions are answered while the round trip of line A varies by 100 ms',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ jitterMs: 50 }),
    over: any,
    also: severalMore,
  },
  {
    name: 'questions are answered while line A doubles packets and changes their order',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ duplicatePercent: 30, reorderPercent: 30, delayMs: 10 }),
    over: any,
    also: severalMore,
  },
]

testFaults('trouble 14: line A is bad in one way or another', QUALITIES, {
  quality: { a: { delayMs: 10 }, b: { delayMs: 10 } },
  // An answer may take as long as by itself: TCP sends again what is lost, later each time.
  gatewayKeys: 'connect_timeout_ms = 1000\n',
})
