import { loadConfig } from '../config/load.ts'
import { newStaffIn, shownCode, shownPerson, shownStaff } from './api/desk-staff.ts'
import { type Call, caller } from './caller.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { roles } from './kernel/roles.ts'
import { needsSecondFactor, staffRoles } from './kernel/staff.ts'
import { staffOffline } from './staff.ts'

const USAGE = `onshi-agent staff add NAME --role ROLE [--from ADDRESS,…] | reset NAME | disable NAME | list

  add      who may sign in at the desk; prints a one-time code
  reset    takes password, PIN and second factor away; prints a new one-time code
  disable  signs out at once, for good
  list     who may sign in, when they last did, and what they have set

roles:
${staffRoles
  .map((name) => {
    const { title, detail } = roles[name]
    const second = needsSecondFactor(name) ? ' Signs in with a second factor.' : ''
    return `  ${name.padEnd(17)} ${title}. ${detail}${second}`
  })
  .join('\n')}`

const text = { type: 'string' } as const
const options = { ...configOption, role: text, from: text } as const

/** `onshi-agent staff …`: through the running agent, or on the database when none holds it. */
export async function staffCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [verb, name, ...rest] = positionals
  if (rest.length > 0 || (verb === 'list') !== (name === undefined)) throw wrongUsage(USAGE)
  const { role, from, config } = values
  if (verb !== 'add' && (role !== undefined || from !== undefined)) throw wrongUsage(USAGE)
  if (verb === 'add' && role === undefined) throw wrongUsage(USAGE, 'a role is needed')
  const sources = (from ?? '').split(',').flatMap((one) => one.trim() || [])
  return run(verb, { name: name ?? '', role, sources }, caller(loadConfig(config)))
}

interface Wanted {
  readonly name: string
  readonly role: string | undefined
  readonly sources: readonly string[]
}

async function run(verb: string | undefined, wanted: Wanted, call: Call): Promise<string> {
  const { name } = wanted
  const named = { name }
  switch (verb) {
    case 'add':
      return coded(
        await call('POST', '/staff', wanted, async (store) =>
          shownCode(await staffOffline(store).add(newStaffIn(wanted), 'console')),
        ),
      )
    case 'reset':
      return coded(
        await call('POST', '/staff/reset', named, async (store) =>
          shownCode(await staffOffline(store).reset(name, 'console')),
        ),
      )
    case 'disable':
      return pretty(
        await call('POST', '/staff/disable', named, async (store) =>
          shownPerson(await staffOffline(store).disable(name, 'console'), Date.now()),
        ),
      )
    case 'list':
      return pretty(
        await call('GET', '/staff', undefined, async (store) =>
          shownStaff(staffOffline(store).list(), Date.now()),
        ),
      )
    default:
      throw wrongUsage(USAGE)
  }
}

/** The answer stays JSON for whoever reads it by program. */
function coded(answer: unknown): string {
  process.stderr.write(
    `Hand the one-time code over in person: it is shown once and opens /desk/ for 72 hours, with the
name as it stands here; whoever signs in with it chooses password and PIN.
一度だけの番号は、今だけ表示されます。本人に直接渡してください。72時間以内に /desk/ を開き、
ここに表示された氏名とこの番号でサインインし、パスワードと PIN を決めます。
`,
  )
  return pretty(answer)
}
