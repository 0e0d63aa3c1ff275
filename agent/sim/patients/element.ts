/** The text, the children by name, or the repeats of an element. Values are the official strings. */
export type Element = string | Fields | readonly Fields[]
export interface Fields {
  readonly [name: string]: Element
}

/** What the simulator knows about a question when it writes the answer. JST wall clock throughout. */
export interface Asked {
  /** QualificationConfirmationDate, YYYYMMDD. */
  readonly on: string
  /** The moment of the answer, YYYYMMDDHHmmss. */
  readonly at: string
  readonly institution: string
  readonly by: 'card' | 'card-face'
  /** The patient agrees to show the limit certificate: on the reader, or by the flag of the question. */
  readonly limitConsent: boolean
}

/** `header` is laid over the usual header; without `body` the answer has none. */
export interface Answer {
  readonly header?: Fields
  readonly body?: Fields
}

/** What a caller should make of the answer; the words of the agent's API. */
export type Outcome =
  | 'valid'
  | 'invalid'
  | 'invalid-new-exists'
  | 'not-found'
  | 'multiple'
  | 'valid-unregistered'
  | 'pending'
  | 'failed'

export interface CardFace {
  /** As printed: 6 or 8 digits, the last a right check digit. */
  readonly insurerNumber: string
  readonly insuredCardSymbol?: string
  readonly insuredIdentificationNumber: string
  readonly insuredBranchNumber?: string
  /** YYYYMMDD. */
  readonly birthdate: string
}

export interface Patient {
  /** "01" to "40"; never given to another case. */
  readonly number: string
  readonly shows: string
  readonly showsJa: string
  readonly outcome: Outcome
  readonly cardFace: CardFace
  /** The common name in this patient's card certificate; looks random, always the same. */
  readonly cardId: string
  readonly cardExpires: 'in-years' | 'within-3-months' | 'already'
  answer(asked: Asked): Answer
}
