/** What was found of a trail that is not as it was written. */
export const trailFaultKinds = [
  'changed',
  'missing',
  'inserted',
  'swapped',
  'cut',
  'anchor-changed',
  'anchor-cut',
  'anchor-disagrees',
  'journal-changed',
  'journal-missing',
  'journal-inserted',
  'journal-swapped',
  'other-database',
] as const
export type TrailFaultKind = (typeof trailFaultKinds)[number]

export interface TrailFault {
  readonly kind: TrailFaultKind
  /** Which record or line: numbers and times, nothing of a patient. */
  readonly place: string
}

/** One look at the trail. Times are epoch ms. */
export interface TrailReport {
  readonly isWhole: boolean
  /** The first broken place of each kind of evidence. */
  readonly faults: readonly TrailFault[]
  /** What a reader should know and what is no fault: adopted, restored, accepted, torn. */
  readonly notices: readonly string[]
  /** Records that were looked at. */
  readonly checked: number
  readonly first: TrailPlace | null
  readonly last: TrailPlace | null
  /** Hex; '' where there is none. */
  readonly hash: string
  /** Lines of the anchor; the newest record that it knows. */
  readonly anchorLines: number
  readonly anchoredSeq: number
  /** Records in the journal that are not yet in the database. */
  readonly waiting: number
  /** The whole trail, or what came since it was last found whole. */
  readonly isFromBeginning: boolean
}

export interface TrailPlace {
  readonly seq: number
  readonly at: number
}
