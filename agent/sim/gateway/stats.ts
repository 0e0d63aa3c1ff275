/** What went over the wire since the start, so that a test can see what was sent twice. */
export interface GatewayStats {
  /** Handshakes that ended well; with a refused client certificate TLS 1.3 counts them too. */
  readonly tlsHandshakes: number
  readonly tlsRefused: number
  /** Every HTTP request that arrived whole enough to have a path. */
  readonly requests: number
  /** Good logins. */
  readonly logins: number
  readonly loginsRefused: number
  /** Messages that arrived whole at the path for questions with a live session. */
  readonly questions: number
  /** Of those, the ones refused for what they hold (HTTP 4xx or segment 9 of ours). */
  readonly questionsRefused: number
  /** Questions per ArbitraryFileIdentifier; '' for those without one. */
  readonly questionsByIdentifier: Readonly<Record<string, number>>
  /** Questions per patient number that was found. */
  readonly questionsByPatient: Readonly<Record<string, number>>
}

type Counter = Exclude<keyof GatewayStats, 'questionsByIdentifier' | 'questionsByPatient'>

export interface Tally {
  add(counter: Counter): void
  question(identifier: string, patient: string | undefined): void
  read(): GatewayStats
}

const bump = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

export const openTally = (): Tally => {
  const counts = {
    tlsHandshakes: 0,
    tlsRefused: 0,
    requests: 0,
    logins: 0,
    loginsRefused: 0,
    questions: 0,
    questionsRefused: 0,
  }
  const byIdentifier = new Map<string, number>()
  const byPatient = new Map<string, number>()
  return {
    add: (counter) => {
      counts[counter] += 1
    },
    question: (identifier, patient) => {
      counts.questions += 1
      bump(byIdentifier, identifier)
      if (patient !== undefined) bump(byPatient, patient)
    },
    read: () => ({
      ...counts,
      questionsByIdentifier: Object.fromEntries(byIdentifier),
      questionsByPatient: Object.fromEntries(byPatient),
    }),
  }
}
