import { render } from 'lit-html'
import type { Session } from '../api/desk-shapes.ts'
import { call, OUT_OF_REACH, onTrouble, type Trouble, useToken } from './call.ts'
import { door } from './door.ts'
import { openShell, type Shell } from './shell.ts'

/**
 * The desk: a door while nobody is signed in, the shell while somebody is. Everything that was shown
 * goes when the session does.
 */
const root = document.getElementById('desk')
if (root === null) throw new Error('the page has no #desk')
const place = root

let session: Session | undefined
let shell: Shell | undefined

async function look(): Promise<void> {
  const answer = await call<Session>('GET', '/desk/session')
  if (answer.ok) admit(answer.body)
  else showDoor(answer.trouble)
}

function admit(given: Session): void {
  session = given
  useToken(given.token)
  if (given.state === 'active' && shell?.isOf(given)) shell.unlocked(given)
  else if (given.state === 'active') {
    shell?.close()
    shell = openShell(given, place, { left: look })
  } else if (given.state === 'locked' && shell?.isOf(given)) shell.locked()
  else {
    shell?.close()
    shell = undefined
    showDoor(null)
  }
}

const showDoor = (trouble: Trouble | null) =>
  render(door(session, trouble, { admit, again: () => void look() }), place)

onTrouble(({ code, status }) => {
  const isOver = code === 'DESK_LOCKED' || code === 'SESSION_ENDED' || code === 'SECRET_UNSET'
  if (isOver || (status === 401 && shell !== undefined)) void look()
})
place.addEventListener('desk-look', () => void look())

void look().catch(() => showDoor(OUT_OF_REACH))
