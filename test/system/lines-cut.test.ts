import assert from 'node:assert/strict'
import { type LineFault, testFaults } from './line-faults/fault.ts'
import { type Stage, settled } from './line-faults/stage.ts'

const lineA = ({ bed }: Stage) => bed.line('a')

const CUTS: readonly LineFault[] = [
  {
    name: 'a question in flight when the link of line A goes down is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).linkDown(),
    over: ['b'],
    cause: 'LINE_LINK_DOWN',
  },
  {
    name: 'a question in flight when the cable of line A is pulled is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).unplug(),
    over: ['b'],
    cause: 'LINE_LINK_DOWN',
  },
  {
    name: 'a question in flight when line A goes silent is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ hole: true }),
    over: ['b'],
    cause: 'LINE_UNREACHABLE',
  },
  {
    name: 'a question in flight when nothing leaves by line A any more is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ hole: true }, 'up'),
    over: ['b'],
    cause: 'LINE_UNREACHABLE',
  },
  {
    name: 'a question in flight when nothing comes back by line A any more is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ hole: true }, 'down'),
    over: ['b'],
    cause: 'LINE_UNREACHABLE',
  },
  {
    name: 'a question in flight when line A resets its connection is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).set({ rst: true }),
    over: ['b'],
    cause: 'LINE_UNREACHABLE',
  },
  {
    name: 'while line A refuses every connection, questions are answered over another line',
    meets: 'at-rest',
    begin: (stage) => lineA(stage).set({ rst: true }),
    over: ['b'],
    cause: 'LINE_UNREACHABLE',
  },
  {
    name: 'a question on a connection that line A forgot is answered, and the line stays in use',
    meets: 'at-rest',
    begin: (stage) => lineA(stage).forget(),
    over: ['a', 'b'],
  },
  {
    name: 'a question in flight when line A forgets its connection is answered, also where it was received',
    meets: 'in-flight',
    heldBackMs: 3_500,
    async begin({ bed }) {
      const line = bed.line('a')
      // Until nothing is on its way any more: the request is acknowledged.
      await settled(async () => (await line.packets()).up.delivered)
      await line.forget()
    },
    over: ['a', 'b'],
  },
  {
    name: 'a question in flight when line A loses its address is answered over another line',
    meets: 'in-flight',
    async begin({ bed }) {
      const { source, prefixBits, interface: device } = bed.line('a').plan()
      await bed.ip('clinic', '-6', 'address', 'del', `${source}/${prefixBits}`, 'dev', device)
    },
    over: ['b'],
    cause: 'LINE_ADDRESS_MISSING',
  },
  {
    name: 'a question in flight when line A loses its router is answered over another line',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).dropRouter(),
    over: ['b'],
    cause: 'LINE_ROUTER_GONE',
  },
  {
    name: 'a question in flight when line A gets another prefix is answered, and the next leaves from the new address',
    meets: 'in-flight',
    begin: (stage) => lineA(stage).changePrefix(),
    over: ['a', 'b'],
    end: async () => {},
    async after(stage) {
      const { source } = lineA(stage).plan()
      const told = stage
        .story()
        .filter(({ event, line }) => event === 'line-address' && line === 'a')
      assert.deepEqual(
        told.filter(({ address }) => address === source).map((one) => one.prefixChanged),
        [true],
      )
      assert.equal((await stage.line('a')).address, source)
      const { questionsFrom } = await stage.bed.gateway.stats()
      assert.ok((questionsFrom[source] ?? 0) > 0, JSON.stringify(questionsFrom))
    },
  },
]

testFaults('trouble 16: line A is cut in one way or another', CUTS)
