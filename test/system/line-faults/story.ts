import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Told = Type.Object({
  time: Type.String(),
  event: Type.Enum(['line-standing', 'line-moved', 'no-line', 'line-address', 'line-tested']),
  line: Type.Optional(Type.String()),
  standing: Type.Optional(Type.Enum(['up', 'trial', 'down'])),
  fault: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  prefixChanged: Type.Optional(Type.Boolean()),
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
})

/** One thing that the agent wrote about its lines. */
export interface Told {
  /** Epoch ms. */
  readonly at: number
  readonly event: string
  readonly line: string
  readonly standing: 'up' | 'trial' | 'down' | null
  /** Of a standing or of a test. */
  readonly fault: string
  /** Of an address. */
  readonly address: string
  readonly prefixChanged: boolean
  /** As one line of text. */
  readonly text: string
}

/** What of an agent's log is about lines. */
export const readStory = (output: string): Told[] =>
  output.split('\n').flatMap((text) => {
    if (!/"event":"(line-|no-line)/.test(text)) return []
    const told: unknown = JSON.parse(text)
    if (!Value.Check(Told, told)) return []
    const { time, event, line = '', standing = null, fault, code, address = '' } = told
    return [
      {
        at: Date.parse(time),
        event,
        line,
        standing,
        fault: fault ?? code ?? '',
        address,
        prefixChanged: told.prefixChanged ?? false,
        text,
      },
    ]
  })
