import { type LinkServer, startLink } from '../../../agent/sim/card/link.ts'
import { type Presented, present } from '../../../agent/sim/card/presented.ts'
import { sim } from '../../../drivers/sim.ts'
import { ioOf } from '../../fakes/io.ts'
import type { Bench, BenchMaker } from '../bench.ts'

/** The TCP link of the card simulator. */
export const simBench: BenchMaker = {
  name: 'sim over TCP',
  driver: 'sim',
  outageIs: 'READER_GONE',
  missing: undefined,
  open: openSimBench,
}

async function openSimBench(): Promise<Bench> {
  const host = '127.0.0.1'
  let link: LinkServer = await startLink({ host, port: 0 })
  const { port } = link
  const reader = await sim.open({ host, port }, ioOf({}))
  let lying: Presented | undefined
  const take = () => {
    lying = undefined
    link.remove()
    return Promise.resolve()
  }
  return {
    reader,
    put: (card, mishap = {}) => {
      lying = present(card, mishap, () => void take())
      link.insert(lying)
      return Promise.resolve()
    },
    take,
    outage: () => link.close(),
    cure: async () => {
      link = await startLink({ host, port })
      if (lying !== undefined) link.insert(lying)
    },
    close: async () => {
      await reader.close()
      await link.close()
    },
  }
}
