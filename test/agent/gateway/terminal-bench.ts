import { fileIdentifierOf } from '../../../agent/gateway/file-identifier.ts'
import type { GatewayQuestion } from '../../../agent/gateway/gateway.ts'
import {
  openTerminalGateway,
  type TerminalGateway,
  type TerminalSettings,
} from '../../../agent/gateway/terminal.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { TerminalEvent } from '../../../agent/kernel/terminal.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { type MemoryFolder, memoryFolder } from '../../fakes/folder.ts'
import { recordingLog } from '../../fakes/log.ts'

export const institutionCode = '1319999991'
export const searchInfo = {
  insurerNumber: '  138990',
  insuredCardSymbol: '架空',
  insuredIdentificationNumber: '0098765',
  birthdate: '19921124',
}
export const never = new AbortController().signal

export interface Bench {
  readonly clock: FakeClock
  readonly req: MemoryFolder
  readonly res: MemoryFolder
  readonly log: ReturnType<typeof recordingLog>
  readonly gateway: TerminalGateway
  readonly events: TerminalEvent[]
  /** The same folders after a restart of the agent. */
  again(): Bench
}

const settings: TerminalSettings = {
  institutionCode,
  charset: 'UTF-8',
  letter: 'A',
  pickupMs: 20_000,
  answerMs: 60_000,
  answerLimitBytes: 100_000,
  sessions: 2,
  queueLimit: 1,
}

/** A gateway over folders in memory, in time that the test moves. */
export function benchOf(
  overrides: Partial<TerminalSettings> = {},
  folders = { req: memoryFolder('req'), res: memoryFolder('res'), clock: new FakeClock() },
): Bench {
  const { clock, req, res } = folders
  const log = recordingLog()
  const events: TerminalEvent[] = []
  const gateway = openTerminalGateway(
    { ...settings, ...overrides },
    {
      req,
      res,
      clock,
      monotonic: () => clock.now(),
      log,
      observe: (event) => events.push(event),
    },
  )
  return { clock, req, res, log, gateway, events, again: () => benchOf(overrides, folders) }
}

export const questionAt = (clock: FakeClock, id = uuidV7(clock.now())): GatewayQuestion => ({
  id,
  confirmationDate: '20260401',
  about: { kind: 'card-face', searchInfo },
})

export const requestName = (prefix: string, id: string) =>
  `${prefix}req_${fileIdentifierOf(id, 'A')}.xml`
export const identifierIn = (name: string) => name.slice(name.indexOf('_') + 1, -'.xml'.length)
export const answerName = (request: string, ending = 'xml') =>
  request.replace('req_', 'res_').replace(/xml$/, ending)

/** An answer to the request file of this name. */
export function answerTo(
  request: string,
  {
    code = institutionCode,
    identifier = identifierIn(request),
    header = '<SegmentOfResult>1</SegmentOfResult>',
    body = '',
    charset = 'UTF-8',
  } = {},
): Uint8Array {
  return Buffer.from(`<?xml version="1.0" encoding="${charset}"?>
<XmlMsg><MessageHeader>${code && `<MedicalInstitutionCode>${code}</MedicalInstitutionCode>`}
${identifier && `<ArbitraryFileIdentifier>${identifier}</ArbitraryFileIdentifier>`}${header}
</MessageHeader><MessageBody>${body}</MessageBody></XmlMsg>`)
}

/** What became of a promise so far. */
export function watched<T>(promise: Promise<T>) {
  const state: { ended: boolean; value?: T; code?: string } = { ended: false }
  promise.then(
    (value) => Object.assign(state, { ended: true, value }),
    (error) =>
      Object.assign(state, { ended: true, code: error?.code ?? error?.name ?? String(error) }),
  )
  return state
}

/** The one request that lies there; waits for it. */
export async function requestIn({ clock, req }: Pick<Bench, 'clock' | 'req'>, at = 0) {
  await clock.advance(0)
  const name = req.puts[at]
  if (name === undefined) throw new Error('nothing was asked')
  return name
}
