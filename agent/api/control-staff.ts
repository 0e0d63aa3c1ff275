import type { StaffDesk } from './desk-ports.ts'
import { newStaffIn, shownCode, shownPerson, shownStaff } from './desk-staff.ts'

type Routed = readonly [status: number, body: unknown]

/** Staff on the control socket; undefined for another command. */
export async function staffRoute(
  staff: StaffDesk,
  command: string,
  body: () => Promise<unknown>,
  now: () => number,
): Promise<Routed | undefined> {
  if (command === 'GET /staff') return [200, shownStaff(staff.list(), now())]
  if (command === 'POST /staff')
    return [201, shownCode(await staff.add(newStaffIn(await body()), 'console'))]
  if (command !== 'POST /staff/reset' && command !== 'POST /staff/disable') return undefined
  const name = nameIn(await body())
  if (command === 'POST /staff/reset') return [200, shownCode(await staff.reset(name, 'console'))]
  return [200, shownPerson(await staff.disable(name, 'console'), now())]
}

const nameIn = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : ''
