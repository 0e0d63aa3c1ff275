/** One event as somebody saw it, without what it says: 200,000 of them are kept by each. */
export interface Seen {
  readonly id: string
  /** Of the whole item. */
  readonly digest: string
  /** Fields that the role of who saw it may not see. */
  readonly leaks: readonly string[]
}

/** A card: insurer and number, without padding. */
export type CardKey = string

/** One event of the source, with what the final states follow from. */
export interface Told extends Seen {
  /** What the question or the note carried. */
  readonly mark: string
  /** Null: a note. */
  readonly outcome: string | null
  readonly patientNumber: string | null
  readonly card: CardKey | null
  /** `ArbitraryFileIdentifier` of the official answer. */
  readonly question: string
  /** Of what a face file of the answer says. */
  readonly face: string
  readonly isForLiaison: boolean
}

/** A face file, as a receipt computer took it. */
export interface PickedUp {
  readonly name: string
  readonly question: string
  readonly face: string
}

export interface EhrState {
  /** Chart numbers of the Patient resources that are in use. */
  readonly patients: readonly string[]
  readonly coverages: readonly {
    readonly patientNumber: string
    readonly card: CardKey
    readonly status: string
  }[]
  /** What the simulator refuses. */
  readonly complaints: readonly string[]
}

export interface OrcaState {
  readonly patients: readonly {
    readonly patientNumber: string
    /** With their periods, YYYY-MM-DD. */
    readonly insurances: readonly {
      readonly card: CardKey
      readonly from: string
      readonly to: string
    }[]
  }[]
  /** Patients that are locked at the end. */
  readonly locked: readonly string[]
  /** How long the agent held each lock, ms, and whether it was killed meanwhile. */
  readonly held: readonly { readonly ms: number; readonly isCrash: boolean }[]
  /** What the simulator complains of. */
  readonly complaints: readonly string[]
}

export interface Violation {
  readonly is:
    | 'lost'
    | 'duplicate'
    | 'stranger'
    | 'altered'
    | 'leak'
    | 'swapped'
    | 'state'
    | 'lock'
    | 'refused'
    | 'agent'
  readonly where: string
  /** The mark, id or number that it is about. */
  readonly what: string
}
