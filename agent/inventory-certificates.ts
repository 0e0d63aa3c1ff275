import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { callControl } from './api/control-client.ts'
import { AgentError } from './kernel/errors.ts'

const List = Type.Object({
  items: Type.Array(
    Type.Object({
      state: Type.String(),
      fingerprint: Type.String(),
      notAfter: Type.String(),
      issuer: Type.String(),
    }),
  ),
})

/** The certificates of the running agent; null where none answers. */
export async function askIdentities(socket: string) {
  try {
    const answer = await callControl(socket, 'GET', '/certificates')
    if (!Check(List, answer)) return null
    return answer.items.map(({ state, fingerprint, notAfter, issuer }) => ({
      ...{ state, fingerprint, notAfter, issuer },
    }))
  } catch (error) {
    if (error instanceof AgentError) return null
    throw error
  }
}
