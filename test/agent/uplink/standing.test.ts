import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import {
  after,
  begin,
  type LinesMemory,
  proofMs,
  type Sign,
  usable,
} from '../../../agent/uplink/standing.ts'

const PROVE_MS = 30_000
const proof = { proveMs: PROVE_MS }
const failed = (fault: FaultCode): Sign => ({ is: 'failed', fault })
const [alive, missed, answered, passed] = [
  { is: 'alive' },
  { is: 'missed' },
  { is: 'answered' },
  { is: 'passed' },
] as const
const silent = failed('LINE_SILENT')

type Event = readonly [line: string, sign: Sign, at?: number]

/** Two lines, a the better one, after signs; each a second after the one before it. */
const afterwards = (events: readonly Event[], names: readonly string[] = ['a', 'b']): LinesMemory =>
  events.reduce(
    (memory, [line, sign, at], i) => after(memory, line, sign, at ?? i * 1_000, proof),
    begin(names, null, 0),
  )
const standings = (memory: LinesMemory) => memory.lines.map(({ standing }) => standing).join(' ')
const lineIn = ({ lines }: LinesMemory, name: string) => {
  const line = lines.find((one) => one.name === name)
  assert.ok(line)
  return line
}

const rows: readonly (readonly [sentence: string, events: readonly Event[], becomes: string])[] = [
  ['lines that nobody has looked at are believed', [], 'up up'],
  ['one silent look is borne', [['a', missed]], 'up up'],
  [
    'two silent looks in a row take a line out',
    [
      ['a', missed],
      ['a', missed],
    ],
    'down up',
  ],
  [
    'a sign of life between them does not',
    [
      ['a', missed],
      ['a', alive],
      ['a', missed],
    ],
    'up up',
  ],
  [
    'silence takes out the last line too, only later',
    [['b', silent], ...Array.from({ length: policy.missesToDownLast }, (): Event => ['a', missed])],
    'down down',
  ],
  ['a line that cannot be reached is out at once', [['a', failed('LINE_UNREACHABLE')]], 'down up'],
  ['a page in place of an answer too', [['a', failed('LOGIN_PAGE')]], 'down up'],
  ['one broken connection is borne', [['a', failed('LINE_BROKEN')]], 'up up'],
  [
    'a second one is not',
    [
      ['a', failed('LINE_BROKEN')],
      ['a', failed('LINE_BROKEN')],
    ],
    'down up',
  ],
  [
    'an answer between them makes it one again',
    [
      ['a', failed('LINE_BROKEN')],
      ['a', answered],
      ['a', failed('LINE_BROKEN')],
    ],
    'up up',
  ],
  [
    'a busy gateway takes a line out the third time',
    [
      ['a', failed('GATEWAY_BUSY')],
      ['a', failed('GATEWAY_BUSY')],
      ['a', failed('GATEWAY_ERROR')],
    ],
    'down up',
  ],
  [
    'a gateway that says no says nothing about the line',
    [
      ['a', failed('GATEWAY_REFUSED')],
      ['a', failed('ANSWER_TOO_LARGE')],
      ['a', failed('LOGIN_REFUSED')],
    ],
    'up up',
  ],
  [
    'life below the application does not bring a line back',
    [
      ['a', silent],
      ['a', alive],
    ],
    'down up',
  ],
  [
    'a test that passed brings it back on trial',
    [
      ['a', silent],
      ['a', passed],
    ],
    'trial up',
  ],
  [
    'an answer does as well',
    [
      ['a', silent],
      ['a', answered],
    ],
    'trial up',
  ],
  [
    'on trial one silent look is enough',
    [
      ['a', silent],
      ['a', passed],
      ['a', missed],
    ],
    'down up',
  ],
  [
    'on trial one fault is enough',
    [
      ['a', silent],
      ['a', passed],
      ['a', failed('LINE_BROKEN')],
    ],
    'down up',
  ],
  [
    'on trial a broken connection of the only line is borne',
    [
      ['a', silent],
      ['b', silent],
      ['a', passed],
      ['a', failed('LINE_BROKEN')],
    ],
    'trial down',
  ],
  ['a line that nobody knows changes nothing', [['x', silent]], 'up up'],
]

for (const [sentence, events, becomes] of rows)
  test(`standing: ${sentence}`, () => {
    assert.equal(standings(afterwards(events)), becomes)
  })

test('faults of the gateway never take out the last usable line', () => {
  const memory = afterwards([
    ['b', silent],
    ...Array.from({ length: 50 }, (): Event => ['a', failed('GATEWAY_BUSY')]),
  ])
  assert.deepEqual(usable(memory), ['a'])
})

test('traffic returns to the better line once it has held for its proof', () => {
  const back: Event[] = [
    ['a', silent, 0],
    ['a', passed, 1_000],
  ]
  const early = afterwards([...back, ['a', alive, 1_000 + PROVE_MS - 1]])
  assert.deepEqual(usable(early), ['b', 'a'])
  assert.deepEqual(usable(after(early, 'a', alive, 1_000 + PROVE_MS, proof)), ['a', 'b'])
})

test('where no line is up one on trial is asked, and a better one does not take over unproven', () => {
  const memory = afterwards([
    ['a', silent],
    ['b', silent],
    ['b', passed],
    ['a', passed],
  ])
  assert.deepEqual(usable(memory), ['b', 'a'])
})

test('a held line goes first while it can be used, and is never asked while it is down', () => {
  const held: LinesMemory = { ...afterwards([]), held: 'b' }
  assert.deepEqual(usable(held), ['b', 'a'])
  const down = after(held, 'b', silent, 0, proof)
  assert.deepEqual(usable(down), ['a'])
  assert.deepEqual(usable(after(down, 'b', passed, 1, proof)), ['b', 'a'], 'also on trial')
})

test('where all are down only what failed above TLS is asked', () => {
  const memory = afterwards([
    ['a', failed('LOGIN_PAGE')],
    ['b', silent],
  ])
  assert.deepEqual([standings(memory), usable(memory)], ['down down', ['a']])
  assert.deepEqual(usable(after(memory, 'a', failed('LINE_LINK_DOWN'), 9_000, proof)), [])
})

test('the proof doubles with each relapse, up to ten minutes, and is never less than it is set', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 99].map((relapses) => proofMs(relapses, PROVE_MS) / 1_000),
    [30, 60, 120, 240, 480, 600, 600],
  )
  assert.equal(proofMs(3, 3_600_000), 3_600_000)
})

test('a line that held for ten minutes has no past', () => {
  const relapsed = afterwards([
    ['a', silent, 0],
    ['a', passed, 0],
    ['a', missed, 1],
    ['a', passed, 2],
    ['a', alive, 2 + 2 * PROVE_MS],
  ])
  assert.deepEqual([standings(relapsed), lineIn(relapsed, 'a').relapses], ['up up', 1])
  const upAt = 2 + 2 * PROVE_MS
  const soon = after(relapsed, 'a', silent, upAt + policy.forgetRelapsesMs - 1, proof)
  assert.equal(lineIn(soon, 'a').relapses, 2)
  const later = after(relapsed, 'a', silent, upAt + policy.forgetRelapsesMs, proof)
  assert.equal(lineIn(later, 'a').relapses, 0)
})

test('a line that is down is tested less and less often, and often again once it was back', () => {
  const delays: number[] = []
  let memory = afterwards([['a', silent]])
  for (const sign of [silent, failed('CLIENT_CERTIFICATE_REFUSED'), silent, silent, silent]) {
    delays.push(lineIn(memory, 'a').testAfterMs)
    memory = after(memory, 'a', sign, 0, proof)
  }
  assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, policy.testAfterAtMostMs])
  const again = after(after(memory, 'a', passed, 0, proof), 'a', silent, 1, proof)
  assert.equal(lineIn(again, 'a').testAfterMs, policy.testAfterMs)
})
