import type { MakeView } from '../app.ts'
import { ask } from './ask.ts'
import { liaison } from './liaison.ts'
import { now } from './now.ts'
import { staffView } from './staff.ts'
import { statusView } from './status.ts'
import { today } from './today.ts'
import { work } from './work.ts'

/** Every view of the desk, in the order of the navigation. */
export const views: readonly MakeView[] = [now, ask, today, work, liaison, statusView, staffView]
