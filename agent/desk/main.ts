import type { Session } from '../api/desk-shapes.ts'
import { call, onTrouble, useToken } from './call.ts'
import { openDoor } from './door/door.ts'
import type { Before } from './door/screen.ts'
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
/** Locked here, and the agent has not heard of it: what it says of the session does not open the page. */
let isLocking = false
let isLooking = false
/** Somebody has signed out here, and it is not said yet. */
let isSigningOut = false

const doors = { look, signOut, lock: () => void lock() }
const door = openDoor(place, { admit, ...doors })

/** What the agent says of the session counts. */
function admit(given: Session): void {
  const before = left(session?.staff != null)
  session = given
  isLocking = false
  useToken(given.token)
  if (given.state === 'active') {
    door.leave()
    if (shell?.isOf(given) !== true) {
      shell?.close()
      shell = openShell(given, place, doors)
    }
    shell.show(given)
    return
  }
  if (given.state === 'locked' && shell?.isOf(given) === true) shell.hide()
  else {
    shell?.close()
    shell = undefined
  }
  door.show(given, before)
}

/** How the person who was signed in until now has gone. */
function left(wasIn: boolean): Before {
  const before = isSigningOut ? 'signed-out' : 'ended'
  isSigningOut = false
  return wasIn ? before : 'nobody'
}

function look(): void {
  if (!isLooking) void lookNow()
}

async function lookNow(): Promise<void> {
  isLooking = true
  await ask()
  isLooking = false
}

async function ask(): Promise<void> {
  const answer = await call<Session>('GET', '/desk/session')
  if (!answer.ok) door.failed(answer.trouble)
  else if (isLocking && answer.body.state === 'active') await lock()
  else admit(answer.body)
}

/** Blank first, for the agent may be out of reach. */
async function lock(): Promise<void> {
  isLocking = true
  blank()
  const answer = await call<Session>('POST', '/desk/session/lock')
  if (answer.ok) admit(answer.body)
}

function blank(): void {
  if (session === undefined) return
  shell?.hide()
  door.show({ ...session, state: 'locked' }, 'nobody')
}

async function signOutNow(): Promise<void> {
  const answer = await call('DELETE', '/desk/session')
  if (answer.ok) {
    // At once, and not when the agent has said so once more.
    shell?.close()
    shell = undefined
    isSigningOut = true
    return look()
  }
  // Whoever signs out walks away: nothing stays on the page, and it is locked as soon as it can be.
  isLocking = true
  blank()
  door.failed(answer.trouble)
}
function signOut(): void {
  void signOutNow()
}

/** How the agent says that the session is not what the page takes it for. */
const over = ['SESSION_ENDED', 'UNAUTHENTICATED', 'SECRET_UNSET', 'REQUEST_FORGED']
onTrouble(({ code }) => {
  if (code === 'DESK_LOCKED' && session?.state === 'active') blank()
  if (code === 'DESK_LOCKED' || over.includes(code)) look()
})

// lit-html draws beside what it finds.
place.replaceChildren()
look()
