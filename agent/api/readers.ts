import { type Static, Type } from 'typebox'
import type { ReaderState } from '../kernel/presentation.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull } from './answers.ts'
import type { App } from './context.ts'
import type { Desk } from './ports.ts'

export const ReaderList = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      driver: Type.String(),
      state: Type.Enum(['starting', 'ready', 'card-present', 'down']),
      since: Type.String({ description: 'RFC 3339.' }),
      device: orNull(Type.String({ description: 'Maker’s name of the device.' })),
      fault: orNull(FaultReport),
    }),
  ),
})
export type ReaderList = Static<typeof ReaderList>

/** Readers as the API and the control socket show them. */
export const shownReaders = (readers: readonly ReaderState[]): ReaderList => ({
  items: readers.map(({ name, driver, state, since, device, fault }) => ({
    name,
    driver,
    state,
    since: toRfc3339(since),
    device,
    fault: faultReport(fault),
  })),
})

export function readerRoutes(app: App, desk: Pick<Desk, 'readers'>): void {
  const doc = {
    summary: 'Card readers and how they are',
    answers: { 200: { description: 'In the order of the config.', schema: ReaderList } },
  } as const
  app.get('/v1/readers', { config: { doc } }, async (_request, reply) =>
    reply.send(shownReaders(desk.readers())),
  )
}
