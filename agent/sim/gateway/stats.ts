/** What went over the wire since the start, so that a test can see what was sent twice. */
export interface GatewayStats {
  /** Handshakes that ended well; with a refused client certificate TLS 1.3 counts them too. */
  readonly tlsHandshakes: number
  /** Handshakes that began and failed, on either side. */
  readonly tlsRefused: number
  /** Connections that ended before the client's first byte. */
  readonly tcpProbes: number
  /** TLS connections that were closed at once, because as many as are allowed were open. */
  readonly connectionsRefused: number
  /** The most TLS connections that were open at a time. */
  readonly connectionsMost: number
  /** Every HTTP request that arrived whole enough to have a path. */
  readonly requests: number
  /** Good logins. */
  readonly logins: number
  readonly loginsRefused: number
  /** Messages that arrived whole at the path for questions with a live session. */
  readonly questions: number
  /** Of those, the ones refused for what they hold (HTTP 4xx or segment 9 of ours). */
  readonly questionsRefused: number
  /** Of those, the ones whose ArbitraryFileIdentifier had come before. */
  readonly questionsRepeated: number
  /** Questions per ArbitraryFileIdentifier; '' for those without one. */
  readonly questionsByIdentifier: Readonly<Record<string, number>>
  /** Questions per patient number that was found. */
  readonly questionsByPatient: Readonly<Record<string, number>>
  /** Questions per source address, without zone; IPv4 in dots. */
  readonly questionsFrom: Readonly<Record<string, number>>
}

type Counter = Exclude<
  keyof GatewayStats,
  'connectionsMost' | 'questionsByIdentifier' | 'questionsByPatient' | 'questionsFrom'
>

/** What a question is counted by. */
export interface Counted {
  /** '' when it has none. */
  readonly identifier: string
  readonly source: string
  readonly patient?: string | undefined
}

export interface Tally {
  add(counter: Counter): void
  /** So many TLS connections are open now. */
  atOnce(connections: number): void
  question(question: Counted): void
  read(): GatewayStats
}

const bump = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

export const openTally = (): Tally => {
  const counts = {
    tlsHandshakes: 0,
    tlsRefused: 0,
    tcpProbes: 0,
    connectionsRefused: 0,
    connectionsMost: 0,
    requests: 0,
    logins: 0,
    loginsRefused: 0,
    questions: 0,
    questionsRefused: 0,
    questionsRepeated: 0,
  }
  const byIdentifier = new Map<string, number>()
  const byPatient = new Map<string, number>()
  const bySource = new Map<string, number>()
  return {
    add: (counter) => {
      counts[counter] += 1
    },
    atOnce: (connections) => {
      counts.connectionsMost = Math.max(counts.connectionsMost, connections)
    },
    question: ({ identifier, source, patient }) => {
      counts.questions += 1
      if (identifier !== '' && byIdentifier.has(identifier)) counts.questionsRepeated += 1
      bump(bySource, source)
      bump(byIdentifier, identifier)
      if (patient !== undefined) bump(byPatient, patient)
    },
    read: () => ({
      ...counts,
      questionsByIdentifier: Object.fromEntries(byIdentifier),
      questionsByPatient: Object.fromEntries(byPatient),
      questionsFrom: Object.fromEntries(bySource),
    }),
  }
}
