import { type Static, Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { type Helper, startHelper } from './helper.ts'

/** Clients that wait: each on a connection of its own. */
export const CrowdJob = Type.Object({
  url: Type.String(),
  token: Type.String(),
  polls: Type.Integer(),
  streams: Type.Integer(),
})
export type CrowdJob = Static<typeof CrowdJob>

/** When each client had seen the event, ns of the system's monotonic clock, as decimal texts. */
export const Sightings = Type.Object({
  polls: Type.Array(Type.String()),
  streams: Type.Array(Type.String()),
})
export type Sightings = Static<typeof Sightings>

export interface Crowd extends Pick<Helper, typeof Symbol.asyncDispose> {
  /** Resolves once every client has seen an event more than at the last call. */
  seen(): Promise<Sightings>
}

/** Resolves once all are connected and wait. */
export async function startCrowd(job: CrowdJob): Promise<Crowd> {
  const helper = await startHelper('crowd-clients.ts', JSON.stringify(job))
  return {
    seen: async () => checked(Sightings, JSON.parse(await helper.ask('seen'))),
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  }
}
