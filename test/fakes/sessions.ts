import type { ClinicPage, DeskSession, Sessions, StaffDesk } from '../../agent/api/desk-ports.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { NewStaff, SessionState, Staff, StaffRole } from '../../agent/kernel/staff.ts'

/** Somebody who is signed in; `become` is what a clock or another part would do. */
export class FakeSession implements DeskSession {
  readonly staff: Staff
  readonly cookie: string
  readonly token: string
  readonly #hearers = new Set<() => void>()
  #state: SessionState = 'active'
  touched = 0

  constructor(staff: Staff) {
    this.staff = staff
    this.cookie = `cookie-of-${staff.id}`
    this.token = `token-of-${staff.id}`
  }

  get consumer() {
    const { id, name, role, sources, createdAt } = this.staff
    return { id, name, role, sources, createdAt, sink: null }
  }

  /** What the page sends with whatever changes something. */
  get headers() {
    return { cookie: `onshi-desk=${this.cookie}`, 'x-desk-token': this.token }
  }

  become(state: SessionState): void {
    this.#state = state
    for (const hear of [...this.#hearers]) hear()
  }

  state = () => this.#state
  touch(): void {
    this.touched += 1
  }
  lock = async () => this.become('locked')
  signOut = async () => this.become('ended')
  async unlock(pin: string) {
    if (pin !== '2580') throw new AgentError('SIGN_IN_REFUSED', 'wrong')
    this.become('active')
  }
  secondFactor = () => ({ uri: 'otpauth://totp/x', secret: 'ABC', picture: '1' })
  async settle() {
    this.become('active')
    return { session: this, cookie: this.cookie, recoveryCodes: ['AAAA-BBBB-CCCC-DDDD'] }
  }
  onChange = (hear: () => void) => {
    this.#hearers.add(hear)
    return () => void this.#hearers.delete(hear)
  }
}

/** Nobody is signed in until a test says so. */
export class FakeSessions implements Sessions {
  readonly lockSeconds = 600
  readonly #sessions: FakeSession[] = []

  /** Somebody of a role, by the name of 見本. */
  signedIn(role: StaffRole, over: Partial<Staff> = {}): FakeSession {
    const session = new FakeSession({ ...staffOf(`staff-${role}`, '受付 見本', role), ...over })
    this.#sessions.push(session)
    return session
  }

  hasAdmin = () => true
  hasStaff = () => this.#sessions.length > 0
  find = (cookie: string) =>
    this.#sessions.find((one) => one.cookie === cookie && one.state() !== 'ended')
  async signIn({ name, secret }: { readonly name: string; readonly secret: string }) {
    const session = this.#sessions.find(({ staff }) => staff.name === name)
    if (session === undefined || secret !== 'right')
      throw new AgentError('SIGN_IN_REFUSED', 'wrong')
    return { session, cookie: session.cookie }
  }
}

export class FakeStaff implements StaffDesk {
  readonly people: Staff[] = []
  readonly actors: string[] = []
  list = () => this.people
  async add({ name, role, sources }: NewStaff, actor: string) {
    this.actors.push(actor)
    const staff = { ...staffOf(`staff-${this.people.length}`, name, role), sources }
    this.people.push(staff)
    return { staff, oneTimeCode: 'AAAA-BBBB-CCCC-DDDD' }
  }
  async reset(nameOrId: string, actor: string) {
    this.actors.push(actor)
    return { staff: this.#find(nameOrId), oneTimeCode: 'EEEE-FFFF-GGGG-HHHH' }
  }
  async disable(nameOrId: string, actor: string) {
    this.actors.push(actor)
    const disabled = { ...this.#find(nameOrId), disabledAt: 1_000 }
    this.people.splice(this.people.indexOf(this.#find(nameOrId)), 1, disabled)
    return disabled
  }
  #find(nameOrId: string): Staff {
    const found = this.people.find(({ id, name }) => id === nameOrId || name === nameOrId)
    if (found === undefined) throw new AgentError('NOT_FOUND', 'nobody of this name may sign in')
    return found
  }
}

export const fakeClinic: ClinicPage = {
  institution: '1312345678',
  version: '1.2.3',
  documents: () => ['資格確認書', '資格情報のお知らせ'],
  via: 'lines',
  contacts: [{ name: '保守業者 見本システム', phone: '03-0000-0000', hours: '平日 9時～17時' }],
}

const staffOf = (id: string, name: string, role: StaffRole): Staff => ({
  id,
  name,
  role,
  sources: [],
  createdAt: 0,
  disabledAt: null,
  usedAt: null,
  hasSecret: true,
  hasSecondFactor: role === 'it',
  recoveryCodesLeft: 10,
})
