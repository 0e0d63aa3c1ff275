import type { BenchMaker } from '../bench.ts'
import { pcscBench } from './pcsc.ts'
import { simBench } from './sim.ts'

/** Every driver that is held to the contract. */
export const benches: readonly BenchMaker[] = [simBench, pcscBench]
