import { type Static, Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { type Helper, startHelper } from './helper.ts'

export const Job = Type.Object({
  url: Type.String(),
  /** The bytes to send; each time another number stands for `LIMIT`. */
  request: Type.String(),
  connections: Type.Integer(),
  /** On each connection, one after the other. */
  requests: Type.Integer(),
  /** Mean time between an answer and the next request; 0: none. */
  pauseMs: Type.Number(),
})
export type Job = Static<typeof Job>

const Times = Type.Array(Type.Number())

export interface Load extends Pick<Helper, typeof Symbol.asyncDispose> {
  /** Resolves with the time of each request, ms. */
  run(job: Job): Promise<readonly number[]>
}

/** The load generator, a process of its own. */
export async function startLoad(): Promise<Load> {
  const helper = await startHelper('load.ts')
  return {
    run: async (job) => checked(Times, JSON.parse(await helper.ask(JSON.stringify(job)))),
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  }
}
