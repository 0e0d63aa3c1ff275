import { type Static, Type } from 'typebox'
import { integer, strict, text } from './shape.ts'

/** The page of reception staff. */
export const Desk = Type.Object(
  {
    lock_minutes: integer(
      'Idle time after which the page locks itself, in the browser and in the agent. Minutes.',
      1,
      60,
      10,
    ),
    session_hours: integer(
      'After which everybody signs in anew, however busy the page was. Hours.',
      1,
      24,
      12,
    ),
    contacts: Type.Array(
      Type.Object(
        {
          name: text(
            'Who is called, as staff read it, e.g. `保守業者 見本システム`.',
            '\\S',
            'a name',
          ),
          phone: text('Phone number.', '^[0-9 +()#*-]{3,30}$', 'a phone number, "03-0000-0000"'),
          hours: text('When somebody answers, e.g. `平日 9時～17時`.', '\\S', 'hours in words'),
        },
        strict,
      ),
      {
        default: [],
        description:
          'Whom reception calls when something is broken, beside the carriers of the lines and the official call centre.',
      },
    ),
  },
  { ...strict, description: 'The page for reception staff, `/desk/`.' },
)
export type Desk = Static<typeof Desk>
