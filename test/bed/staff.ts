import { Secret, TOTP } from 'otpauth'
import { Type } from 'typebox'
import { needsSecondFactor, type StaffRole } from '../../agent/kernel/staff.ts'
import { checked } from './client.ts'
import { type Console, jsonIn } from './consumer.ts'

const Added = Type.Object({
  staff: Type.Object({ id: Type.String(), name: Type.String() }),
  oneTimeCode: Type.String(),
})
const Signed = Type.Object({ state: Type.String(), token: Type.String() })
const Settled = Type.Object({ session: Signed, recoveryCodes: Type.Array(Type.String()) })
const Scanned = Type.Object({ secret: Type.String() })

/** What a member of staff chose. */
export const chosen = { secret: 'mizuumi no hotori', pin: '2580' } as const

/** Somebody at the desk of a running agent: their browser keeps a cookie, their page a token. */
export class DeskPerson {
  readonly name: string
  readonly #url: string
  cookie = ''
  token = ''
  recoveryCodes: readonly string[] = []

  constructor(name: string, url: string) {
    this.name = name
    this.#url = url
  }

  async send(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.cookie !== '' && { cookie: this.cookie, 'x-desk-token': this.token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const [cookie = ''] = response.headers.get('set-cookie')?.split(';') ?? []
    if (cookie !== '') this.cookie = cookie
    return response
  }

  async signIn(secret: string, code?: string): Promise<Response> {
    const given = { name: this.name, secret, ...(code !== undefined && { code }) }
    const response = await this.send('POST', '/desk/session', given)
    if (response.ok) ({ token: this.token } = checked(Signed, await response.clone().json()))
    return response
  }

  /** Where the role needs it, with a second factor. */
  async choose(role: StaffRole): Promise<void> {
    const code = needsSecondFactor(role) ? { code: await this.#scan() } : {}
    const response = await this.send('POST', '/desk/session/secret', { ...chosen, ...code })
    const { session, recoveryCodes } = checked(Settled, await response.json())
    this.token = session.token
    this.recoveryCodes = recoveryCodes
  }

  async #scan(): Promise<string> {
    const response = await this.send('GET', '/desk/session/second-factor')
    const { secret } = checked(Scanned, await response.json())
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  }
}

/** `staff add`, sign in with the code, choose a secret: somebody who is signed in. */
export async function addStaff(
  { cli }: Console,
  url: string,
  name: string,
  role: StaffRole = 'reception',
): Promise<DeskPerson> {
  const { oneTimeCode } = checked(Added, jsonIn(await cli('staff', 'add', name, '--role', role)))
  const person = new DeskPerson(name, url)
  await person.signIn(oneTimeCode)
  await person.choose(role)
  return person
}
