import { type Static, Type } from 'typebox'
import { Advisory, History, Identity } from '../../agent/kernel/judgement.ts'
import { OfficialResult } from '../../agent/kernel/official.ts'
import type { NarrowRole, Role } from '../../agent/kernel/roles.ts'
import { Outcome, PatientLink, type Verification } from '../../agent/kernel/verification.ts'
import { openRegister, type Register } from '../../agent/sim/register.ts'
import { type Bed, type BedOptions, startBed } from './agent.ts'
import { type Client, checked, clientOf } from './client.ts'
import type { Ending } from './net/bed.ts'

/** A running agent, insurers whose register a test writes, and consumers of the house. */
export interface Desks extends Bed {
  readonly register: Register
  /** Receipt computer: every field. */
  readonly client: Client
  /** One more consumer of this role, which sees every field. */
  as(role: Exclude<Role, NarrowRole>): Promise<Client>
  /** One that sees some. */
  asNarrow(role: NarrowRole): Promise<NarrowClient>
}

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
/** As far as the tests look at what narrow roles see. */
const Seen = Type.Object({
  verification: Type.Object({
    outcome: Outcome,
    held: Type.Boolean(),
    results: Type.Array(Type.Partial(OfficialResult)),
    patient: orNull(PatientLink),
    identity: orNull(Identity),
    history: orNull(History),
    advisories: Type.Array(Advisory),
  }),
})
type Seen = Static<typeof Seen>['verification']

export interface NarrowClient extends Pick<Client, 'get'> {
  /** Throws where it may not see the verification. */
  sees(id: string): Promise<Seen>
}

export async function startDesks(t: Ending, options: BedOptions = {}): Promise<Desks> {
  const register = openRegister()
  const gateway = { alsoKnown: register.alsoKnown, ...options.gateway }
  const bed = await startBed(t, { ...options, gateway })
  const as = async (role: Role) => clientOf(bed.agent.url, await bed.addConsumer(role, role))
  const asNarrow = async (role: NarrowRole): Promise<NarrowClient> => {
    const { get } = clientOf(bed.agent.url, await bed.addConsumer(role, role))
    const sees = async (id: string) =>
      checked(Seen, JSON.parse((await get(`/v1/verifications/${id}`)).text)).verification
    return { get, sees }
  }
  return Object.assign(bed, { register, as, asNarrow })
}

/** Code and field of everything that a person should look at. */
export const told = ({ advisories }: Pick<Verification, 'advisories'>): string[] =>
  advisories.map(({ code, field }) => (field === null ? code : `${code} ${field}`))

/** What of it is of these codes. */
export const toldOf = (verification: Pick<Verification, 'advisories'>, codes: RegExp): string[] =>
  told(verification).filter((one) => codes.test(one))
