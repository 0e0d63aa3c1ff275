import type { MakeView } from '../app.ts'
import { ask } from './ask.ts'
import { now } from './now.ts'
import { today } from './today.ts'

/** Every view of the desk, in the order of the navigation. */
export const views: readonly MakeView[] = [now, ask, today]
