import { randomBytes } from 'node:crypto'
import { AgentError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/ports.ts'
import type { NewStaff, Staff } from '../../kernel/staff.ts'
import type { StaffRegistry } from '../../store/staff.ts'
import { codeForm, newCode } from './codes.ts'
import type { Secrets } from './secrets.ts'

/** Long enough for whoever begins after a weekend. */
const ONE_TIME_MS = 72 * 3_600_000

/** Who may sign in: adding, resetting, disabling. */
export interface StaffDesk {
  list(): readonly Staff[]
  /** Throws `STAFF_DUPLICATE`, `STORE_*`. */
  add(wanted: NewStaff, actor: string): Promise<NewCode>
  /** Throws `NOT_FOUND`, `STORE_*`. */
  reset(nameOrId: string, actor: string): Promise<NewCode>
  /** Throws `NOT_FOUND`, `STORE_*`. */
  disable(nameOrId: string, actor: string): Promise<Staff>
}

interface NewCode {
  readonly staff: Staff
  /** Shown once. */
  readonly oneTimeCode: string
}

interface Parts {
  readonly store: StaffRegistry
  readonly clock: Pick<Clock, 'now'>
  readonly secrets: Secrets
  /** Told once it is on disk: whoever is signed in as them is so no more. */
  readonly onClosed?: (staffId: string) => void
  readonly onChange?: () => void
}

export function staffDeskOf({
  store,
  clock,
  secrets,
  onClosed = () => {},
  onChange = () => {},
}: Parts): StaffDesk {
  const idOf = (nameOrId: string): string => {
    const id =
      store.credentials(nameOrId)?.staff.id ?? store.idOf(nameOrId.normalize('NFKC').trim())
    if (id === undefined) throw new AgentError('NOT_FOUND', 'nobody of this name may sign in')
    return id
  }
  const personOf = (id: string): Staff => {
    const person = store.list().find((one) => one.id === id)
    if (person === undefined) throw new Error('a committed person is not readable')
    return person
  }
  const newOneTime = async () => {
    const code = newCode()
    const at = clock.now()
    const kept = { oneTime: await secrets.keep(codeForm(code)), oneTimeUntil: at + ONE_TIME_MS }
    return { code, at, kept }
  }
  return {
    list: store.list,
    async add(wanted, actor) {
      const id = `staff-${randomBytes(6).toString('hex')}`
      const { code, at, kept } = await newOneTime()
      await store.add({ ...wanted, ...kept, id, at, actor })
      onChange()
      return { staff: personOf(id), oneTimeCode: code }
    },
    async reset(nameOrId, actor) {
      const id = idOf(nameOrId)
      const { code, at, kept } = await newOneTime()
      await store.reset({ ...kept, id, at, actor })
      onClosed(id)
      onChange()
      return { staff: personOf(id), oneTimeCode: code }
    },
    async disable(nameOrId, actor) {
      const id = idOf(nameOrId)
      await store.disable({ id, at: clock.now(), actor })
      onClosed(id)
      onChange()
      return personOf(id)
    },
  }
}
