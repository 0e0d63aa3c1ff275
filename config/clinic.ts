import { type Static, Type } from 'typebox'
import { file, strict, text } from './shape.ts'

/** A day in quotes. `isDate` has the rest of the check. */
export const day = (description: string) =>
  text(description, '^\\d{4}-\\d{2}-\\d{2}$', 'a date in quotes, "2026-12-29"')
const effectiveFrom = (description: string) => Type.Optional(day(description))

const time = (description: string) =>
  text(description, '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$', 'a time, "08:30"')

/** When somebody is there, and whom they call. */
export const Clinic = Type.Object(
  {
    hours: Type.Array(
      Type.Object(
        {
          days: Type.Array(
            Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday']),
            {
              minItems: 1,
              description:
                'Days of the week, and `holiday` for national holidays, on which no other row holds.',
            },
          ),
          from: time('Japanese time, e.g. `08:30`.'),
          to: time('Japanese time, later than `from`; `24:00` is the end of the day.'),
          effective_from: effectiveFrom(
            'The day from which the row holds, and with it only rows of the same day; since ever when absent.',
          ),
        },
        strict,
      ),
      {
        default: [],
        description:
          'When the clinic is open, as it displays it; always when empty. Outside, faults of lines are warnings and the gateway is probed less. What 時間外等加算 a reception points at is told from it.',
      },
    ),
    closed: Type.Array(day('A day off.'), {
      default: [],
      description: 'Days on which the clinic is closed, e.g. `2026-12-29`.',
    }),
    after_hours: Type.Array(
      Type.Object(
        {
          level: Type.Integer({
            minimum: 0,
            maximum: 4,
            description: '時間外対応加算 1 to 4, as it was notified; 0: none any more.',
          }),
          effective_from: effectiveFrom(
            'The day from which the level holds; since ever when absent.',
          ),
        },
        strict,
      ),
      {
        default: [],
        description: '時間外対応加算 of the clinic; each reception records the level of its day.',
      },
    ),
    holidays_file: Type.Optional(
      file(
        'path',
        'File of national holidays that a law adds or takes away (TOML, see config/README.md).',
      ),
    ),
    rules_file: Type.Optional(
      file(
        'path',
        'File of dated rules beside the built-in ones, for a revision of fees (TOML, see config/README.md).',
      ),
    ),
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
