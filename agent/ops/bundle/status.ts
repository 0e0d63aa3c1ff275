import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { conditions } from '../../kernel/conditions.ts'
import { faults } from '../../kernel/faults.ts'
import { bundleFacts, bundleWords } from './events.ts'
import { mayLeave } from './journal.ts'

const Status = Type.Object({
  status: Type.Enum(['pass', 'warn', 'fail']),
  version: Type.String(),
  ready: Type.Boolean(),
  checks: Type.Record(
    Type.String(),
    Type.Array(
      Type.Object({
        componentId: Type.String(),
        status: Type.String(),
        code: Type.String(),
        number: Type.String(),
        since: Type.String(),
        facts: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
  ),
})

/** Names that the configuration may give to readers and lines. */
const PLAIN = /^[a-z0-9][a-z0-9-]{0,31}$/
const words = new Set([...bundleWords, ...Object.keys(faults), ...Object.keys(conditions)])
const OF_NAMES: readonly string[] = [
  'reader',
  'line',
  'line-authentication',
  'gateway',
  'certificate',
]

/** Pure. What is wrong now, of an answer to `GET /status`; null where it is of another release. */
export function leavingConditions(answer: unknown): unknown {
  if (!Check(Status, answer)) return null
  const { status, version, ready, checks } = answer
  return {
    ...{ status, version, ready },
    conditions: Object.entries(checks).flatMap(([component, list]) =>
      list.map(({ componentId, facts, ...one }) => ({
        ...{ component, status: one.status, code: one.code, number: one.number, since: one.since },
        // A consumer, a listener and a folder have names that people gave.
        subject: OF_NAMES.includes(component) && PLAIN.test(componentId) ? componentId : null,
        facts: Object.fromEntries(
          Object.entries(facts).filter(
            ([name, value]) => bundleFacts.has(name) && mayLeave(value, words),
          ),
        ),
      })),
    ),
  }
}
