import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/schema'
import { examine } from './examine.ts'
import { refuse } from './fault.ts'
import { readToml } from './read-toml.ts'
import type { Shape } from './shape.ts'

/**
 * A TOML file beside the configuration that fits a schema. Throws `CONFIG_UNREADABLE`, or
 * `CONFIG_INVALID` with every mistake.
 */
export function readFitting<S extends TSchema>(path: string, schema: S): Static<S> {
  const value: unknown = readToml(path, 'put the file there, or name another one')
  const shape: Shape = JSON.parse(JSON.stringify(schema))
  refuse(path, examine(value, shape))
  if (!Check(schema, value)) throw new Error('a file fits no schema, and no mistake is in it')
  return value
}
