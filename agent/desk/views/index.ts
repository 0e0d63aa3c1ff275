import type { MakeView } from '../app.ts'
import { statusView } from './status.ts'

/** Every view of the desk, in the order of the navigation. */
export const views: readonly MakeView[] = [statusView]
