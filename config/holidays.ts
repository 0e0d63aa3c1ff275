import { Type } from 'typebox'
import type { HolidayChanges } from '../agent/kernel/hours.ts'
import { day } from './clinic.ts'
import { offCalendar } from './clinic-rules.ts'
import { refuse } from './fault.ts'
import { readFitting } from './read-fitting.ts'
import { placed, repeats } from './repeats.ts'
import { strict, text } from './shape.ts'

const Added = Type.Object(
  {
    day: day('The national holiday.'),
    name: text(
      'As it is called.',
      '^[^\\u0000-\\u001f\\u007f]{1,50}$',
      'one line of text, up to 50 characters',
    ),
  },
  strict,
)
const Removed = Type.Object({ day: day('No national holiday any more.') }, strict)

/** The file that `clinic.holidays_file` names. */
const HolidayFile = Type.Object(
  {
    add: Type.Optional(Type.Array(Added)),
    remove: Type.Optional(Type.Array(Removed)),
  },
  strict,
)

/**
 * One-off laws, as a person wrote them down. An addition that a later release knows by itself, or a
 * removal that it has made, is no mistake: an update must not keep the agent from starting. Throws
 * `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with every mistake.
 */
export function readHolidayChanges(path: string): HolidayChanges {
  const { add = [], remove = [] } = readFitting(path, HolidayFile)
  const every = [...placed(add, 'add'), ...placed(remove, 'remove')]
  refuse(path, [
    ...every.flatMap(({ key, value }) => offCalendar(`${key}.day`, value.day)),
    ...repeats(every, (entry) => entry.day, 'day', '同じ日が二度あります。'),
  ])
  return { add, remove: remove.map((entry) => entry.day) }
}
