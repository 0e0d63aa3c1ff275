import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { callControl } from './api/control-client.ts'
import { StaffList } from './api/desk-shapes.ts'
import { Health } from './api/health.ts'
import { ReaderList } from './api/readers.ts'
import { AgentError } from './kernel/errors.ts'
import type { AgentView, PeopleFacts } from './ops/doctor/agent.ts'
import type { CertificateFacts } from './ops/doctor/certificate.ts'
import type { DoctorReader } from './ops/doctor/readers.ts'
import { Examination } from './ops/doctor.ts'

/** What the running agent told; `parts` is null where none did. */
export interface Told {
  readonly view: AgentView
  readonly parts: {
    readonly paths: Examination | null
    readonly readers: readonly DoctorReader[]
    /** Null where the terminal has it. */
    readonly certificate: CertificateFacts | null
    readonly people: PeopleFacts
  } | null
}

/** Every step of a path may take its whole time, and a router some more. */
const TEST_MS = 45_000

const Status = Type.Object({
  status: Health.properties.status,
  version: Type.String(),
  node: Type.Optional(Type.String()),
  ready: Type.Boolean(),
  pid: Type.Integer(),
  urls: Type.Array(Type.String()),
  checks: Health.properties.checks,
  readers: ReaderList.properties.items,
})
const Certificates = Type.Object({
  items: Type.Array(
    Type.Object({
      state: Type.String(),
      notAfter: Type.String(),
      warnings: Type.Array(Type.String()),
      institutionCode: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})
const Consumers = Type.Object({
  items: Type.Array(
    Type.Object({
      sink: Type.Unknown(),
      usedAt: Type.Union([Type.String(), Type.Null()]),
      revokedAt: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})

/** Asks the agent behind the socket for what it knows; has it test its lines. */
export async function askAgent(socket: string): Promise<Told> {
  try {
    const status = await told(socket, '/status', Status)
    const paths = await told(socket, '/doctor', Examination, TEST_MS)
    const certificates = await certificatesOf(socket)
    const consumers = await told(socket, '/consumers', Consumers)
    const staff = await told(socket, '/staff', StaffList)
    return {
      view: { is: 'running', agent: agentOf(status) },
      parts: {
        paths,
        readers: status.readers,
        certificate: certificates,
        people: peopleOf(consumers, staff),
      },
    }
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    if (error.code === 'AGENT_NOT_RUNNING') return { view: { is: 'absent' }, parts: null }
    if (error.code === 'FORBIDDEN') return { view: { is: 'forbidden' }, parts: null }
    return { view: { is: 'strange', code: error.code }, parts: null }
  }
}

async function told<T extends TSchema>(
  socket: string,
  path: string,
  schema: T,
  limitMs?: number,
): Promise<Static<T>> {
  const answer = await callControl(socket, 'GET', path, undefined, limitMs)
  if (Check(schema, answer)) return answer
  throw new AgentError('INTERNAL', 'the running agent is of another release: restart it')
}

async function certificatesOf(socket: string): Promise<CertificateFacts | null> {
  try {
    const { items } = await told(socket, '/certificates', Certificates)
    const active = items.find(({ state }) => state === 'active')
    if (active === undefined) return null
    const isOwn = active.institutionCode === null ? null : true
    return { notAfter: Date.parse(active.notAfter), isOwn }
  } catch (error) {
    if (error instanceof AgentError && error.code === 'NOT_VISIBLE_HERE') return null
    throw error
  }
}

const agentOf = ({ version, ready, urls, pid, node, checks }: Static<typeof Status>) => ({
  ...{ version, urls, pid },
  isReady: ready,
  node: node ?? null,
  conditions: Object.entries(checks).flatMap(([component, list]) =>
    list.map(({ componentId, ...one }) => ({ ...one, component, subject: componentId })),
  ),
})

const peopleOf = ({ items }: Static<typeof Consumers>, staff: StaffList): PeopleFacts => ({
  consumers: items
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ sink, usedAt }) => ({
      isPushed: sink !== null,
      usedAt: usedAt === null ? null : Date.parse(usedAt),
    })),
  administrators: administratorsIn(staff).filter(({ hasSecondFactor }) => hasSecondFactor).length,
  invitedAt: newest(
    administratorsIn(staff)
      .filter(({ hasSecondFactor }) => !hasSecondFactor)
      .map(({ createdAt }) => Date.parse(createdAt)),
  ),
})

const administratorsIn = ({ items }: StaffList) =>
  items.filter(({ role, disabledAt }) => role === 'it' && disabledAt === null)

const newest = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.max(...times)
