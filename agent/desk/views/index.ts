import type { MakeView } from '../app.ts'
import { expected } from './expected.ts'
import { intake } from './intake.ts'
import { roster } from './roster.ts'

/** Every view of the desk, in the order of the navigation. */
export const views: readonly MakeView[] = [expected, roster, intake]
