import type { Check } from './check.ts'
import { askingChecks } from './checks/asking.ts'
import { crashingChecks } from './checks/crashing.ts'
import { doorChecks } from './checks/door.ts'
import { eventChecks } from './checks/event.ts'
import { pageChecks } from './checks/pages.ts'
import { partChecks } from './checks/parts.ts'
import { lastCheck, refusalChecks } from './checks/refusals.ts'
import { slowChecks } from './checks/slow.ts'
import { streamChecks } from './checks/streams.ts'
import { waitingChecks } from './checks/waiting.ts'
import type { Target } from './http.ts'

/** Everything that is tried, in its order. */
export const checksFor = (target: Pick<Target, 'token'>): readonly Check[] => [
  ...doorChecks(target),
  ...eventChecks,
  ...pageChecks,
  ...waitingChecks,
  ...streamChecks,
  ...askingChecks,
  ...partChecks,
  ...refusalChecks,
  ...slowChecks,
  ...crashingChecks,
  lastCheck,
]
