/**
 * Every time constant of moving between lines, in one table. Round trips on closed networks are 5 to
 * 40 ms and an answer takes 0.1 to 3 s; a person at the counter begins to wonder after about 1 s.
 */
export const policy = {
  /**
   * While a question is out, the line is looked at with TCP probes: for the first time after
   * `firstLookMs` (most lines have shown life by then), then each time the wait has grown by half.
   * Looking later costs a silent cut that much; looking more often costs the gateway connections.
   */
  firstLookMs: 25,
  lookAgainMs: 40,
  lookGrowth: 1.5,
  /**
   * A look is silent after two round trips and four deviations: time for a second probe, so that one
   * lost packet is no alarm. The floor is above what a busy machine delays a reply by.
   */
  silenceFloorMs: 50,
  silenceCeilingMs: 1_000,
  /** Before the first round trip is known. */
  silenceUnknownMs: 500,
  /** A probe that came late is still a sign of life, and teaches how slow the line is. */
  probeTimeoutMs: 3_000,
  /** Linux sends a SYN again after this. [tcp(7), RFC 6298] */
  synAgainMs: 1_000,
  /** So many samples may be thrown away for one that is far better. */
  firstSamples: 8,
  /** Our own thread was late by more than this: then the line is given another chance. */
  ownDelayMs: 8,
  /** Two silent looks in a row; on a line that loses a tenth of its packets once in 800 looks. */
  missesToDown: 2,
  /** A line that was lost once is trusted less. */
  missesOnTrial: 1,
  /** With no other line to ask over, giving up early only loses answers that come late: 0.5 s. */
  missesToDownLast: 8,
  /** Between looks at a line that missed one while nobody asks over it. */
  lookAfterMissMs: 1_000,
  /** Delayed acknowledgements wait 40 ms, 200 ms in old systems; then the request was not received. */
  acknowledgedWithinMs: 250,
  /**
   * While a question is out and nothing moves, TCP asks whether the other end is still there: this
   * often, in whole seconds as Node has it.
   */
  keepAliveMs: 1_000,
  /** TCP has sent it four times by then; on a line that lives that is a connection that is no more. */
  givenUpMs: 2_000,
  /**
   * An answer that has begun is written whole; TCP sends what was lost again after about 200, 600
   * and 1400 ms. A longer silence in the middle of it is a connection that is no more.
   */
  answerGapMs: 1_500,
  /** Every question that finds no line asks for a test: not more of them than this. */
  kickAgainMs: 500,
  /** Between tests of a line that is down: from, doubling, to. A repaired line is back within it. */
  testAfterMs: 1_000,
  testAfterAtMostMs: 15_000,
  /** Between looks at a line on trial: often enough to see it fail before traffic returns. */
  lookOnTrialMs: 2_000,
  /** Proof grows with each relapse up to this: a line that fails every minute stays out. */
  proveAtMostMs: 600_000,
  /** A line that held so long has no past. */
  forgetRelapsesMs: 600_000,
  /** Between attempts to keep a connection that the other end keeps closing: from, doubling, to. */
  warmAgainMs: 1_000,
  warmAgainAtMostMs: 60_000,
  /** Servers keep an idle connection for 5 s at least; one that ends sooner was not wanted. */
  warmShortMs: 4_000,
  /** Nobody asks at night; the application is probed so much less often. */
  closedFactor: 6,
  /** How often it is asked whether a page (回線認証) is gone: a person waits for it. */
  pageAgainMs: 60_000,
  /** A person who tests a line wants to know now; a finger on a button is no reason for more. */
  byHandMs: 10_000,
  /** A line that costs by use is tested by itself so often: 30 days. */
  meteredTestMs: 30 * 24 * 3_600_000,
  /** Answers of DNS are kept for their TTL, but at least and at most; a stale one when DNS fails. */
  nameKeptAtLeastMs: 10_000,
  nameKeptAtMostMs: 300_000,
  nameStaleMs: 24 * 3_600_000,
} as const
