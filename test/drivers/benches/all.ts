import type { BenchMaker } from '../bench.ts'
import { pcscBench } from './pcsc.ts'
import { pn532Bench, rcs620sBench } from './pn532.ts'
import { simBench } from './sim.ts'
import { vivopayBench } from './vivopay.ts'

/** Every driver that is held to the contract. */
export const benches: readonly BenchMaker[] = [
  simBench,
  pcscBench,
  pn532Bench,
  rcs620sBench,
  vivopayBench,
]
