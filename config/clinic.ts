import { type Static, Type } from 'typebox'
import { file, strict, text } from './shape.ts'

const time = (description: string) =>
  text(description, '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$', 'a time, "08:30"')

/** When somebody is there, and whom they call. */
export const Clinic = Type.Object(
  {
    hours: Type.Array(
      Type.Object(
        {
          days: Type.Array(Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), {
            minItems: 1,
            description: 'Days of the week.',
          }),
          from: time('Japanese time, e.g. `08:30`.'),
          to: time('Japanese time, later than `from`; `24:00` is the end of the day.'),
        },
        strict,
      ),
      {
        default: [],
        description:
          'When the clinic is open; always when empty. Outside, faults of lines are warnings and the gateway is probed less.',
      },
    ),
    closed: Type.Array(text('A day off.', '^\\d{4}-\\d{2}-\\d{2}$', 'a date, "2026-12-29"'), {
      default: [],
      description: 'Days on which the clinic is closed, e.g. `2026-12-29`.',
    }),
    help_desk: Type.Optional(
      text(
        'Whom to call when nothing can be asked: name and number of the official call centre, shown with the call script.',
        '^[^\\u0000-\\u001f\\u007f]{1,200}$',
        'one line of text',
      ),
    ),
  },
  { ...strict, description: 'When the clinic is open, and whom it calls.' },
)
export type Clinic = Static<typeof Clinic>

/** Announced works. */
export const Maintenance = Type.Object(
  {
    file: Type.Optional(
      file(
        'path',
        'File of announced maintenance (TOML, see config/README.md); read again when it changes.',
      ),
    ),
  },
  { ...strict, description: 'Announced maintenance of the gateway or of lines.' },
)
export type Maintenance = Static<typeof Maintenance>

/** Whether `2026-02-28` is in the calendar. */
export const isDate = (day: string) => {
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}
