import { Type } from 'typebox'
import type { Role } from '../../agent/kernel/roles.ts'
import { checked } from './client.ts'
import type { Printed } from './process.ts'

const Added = Type.Object({
  consumer: Type.Object({ id: Type.String(), name: Type.String() }),
  token: Type.String({ pattern: '^oa_' }),
  signingKey: Type.Optional(Type.String({ pattern: '^whsec_' })),
})

/** What an operator is shown once. */
export interface AddedConsumer {
  readonly id: string
  readonly name: string
  readonly token: string
  /** Of a webhook; '' of anything else. */
  readonly signingKey: string
}

/** `onshi-agent ARGS --config FILE`. */
export interface Console {
  cli(...args: readonly string[]): Promise<Printed>
}

/** `consumer add NAME --role ROLE …`. Throws with what it printed where it is refused. */
export async function addConsumer(
  { cli }: Console,
  name: string,
  role: Role,
  ...settings: readonly string[]
): Promise<AddedConsumer> {
  const printed = await cli('consumer', 'add', name, '--role', role, ...settings)
  const { consumer, token, signingKey = '' } = checked(Added, jsonIn(printed))
  return { ...consumer, token, signingKey }
}

/** What a command printed, as JSON. Throws where it failed. */
export function jsonIn({ code, stdout, stderr }: Printed): unknown {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout)
}
