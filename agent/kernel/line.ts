import type { Facts } from './errors.ts'
import type { FaultCode } from './faults.ts'

/**
 * up: takes questions. trial: it came back and has not proved itself yet; asked only where no line is
 * up. down: asked by nobody but our own tests.
 */
export type Standing = 'up' | 'trial' | 'down'

/** The path to the gateway, nearest first: the first that fails is what is broken. */
export const STEPS = [
  'link',
  'address',
  'router',
  'dns',
  'tcp',
  'tls',
  'line-authentication',
  'application',
] as const
export type Step = (typeof STEPS)[number]

export interface StepReport {
  readonly step: Step
  /** skipped: nothing to test here, or an earlier step failed. */
  readonly result: 'pass' | 'fail' | 'skipped'
  readonly tookMs: number | null
  /** Why it failed. */
  readonly fault: FaultCode | null
  /** What was found: addresses of machines, never of people. */
  readonly facts: Facts
}

/** What a test of one line's whole path found. */
export interface PathReport {
  readonly line: string
  /** Epoch ms. */
  readonly at: number
  readonly steps: readonly StepReport[]
  /** Of the first step that failed, judged together with what else is known; null: all is well. */
  readonly fault: FaultCode | null
  readonly facts: Facts
}

/** How a line was for one minute. */
export interface LineMinute {
  /** When it began, epoch ms. */
  readonly at: number
  /** The worst of the minute. */
  readonly standing: Standing
  readonly probes: number
  readonly lost: number
  readonly questions: number
  readonly failed: number
  /** Null: nothing came back. */
  readonly rttMedianMs: number | null
}

/** One line as it is now. Times are epoch ms. */
export interface LineReport {
  readonly name: string
  readonly standing: Standing
  /** Of the standing. */
  readonly since: number
  /** The next question goes out here. */
  readonly isCurrent: boolean
  /** Chosen by `line use`. */
  readonly isHeldByHand: boolean
  readonly metered: boolean
  /** Own address that connections start from now; null: none, or the system chooses. */
  readonly address: string | null
  /** Smoothed round trip of TCP; null before the first. */
  readonly rttMs: number | null
  /** How often it went down again soon after it had come back. */
  readonly relapses: number
  /** Why it is down or on trial. */
  readonly fault: FaultCode | null
  readonly lastAnswerAt: number | null
  /** Questions that were sent over it, and how many of them found a connection made before. */
  readonly questions: number
  readonly warmQuestions: number
  /** Null before the first test. */
  readonly path: PathReport | null
}

/** What the lines tell the rest of the agent. `at` is epoch ms. */
export type UplinkEvent = { readonly at: number } & (
  | {
      readonly is: 'standing'
      readonly line: string
      readonly standing: Standing
      readonly fault: FaultCode | null
      readonly relapses: number
    }
  /** Another line is the current one; null: none is expected to answer. */
  | { readonly is: 'moved'; readonly from: string | null; readonly to: string | null }
  /** The line's own address changed; `prefixChanged` where its /64 (IPv4: /24) did. */
  | {
      readonly is: 'address'
      readonly line: string
      readonly address: string | null
      readonly prefixChanged: boolean
    }
  /** A TCP probe; null: nothing came back. */
  | { readonly is: 'probed'; readonly line: string; readonly rttMs: number | null }
  /** One sending of a question ended on this line; null: answered. */
  | {
      readonly is: 'asked'
      readonly line: string
      readonly tookMs: number
      readonly fault: FaultCode | null
    }
  /** The application gave a sign of life that nobody asked a question for. */
  | { readonly is: 'heard'; readonly line: string }
  /** Our clock less that of the gateway, by the `Date` of an answer, which has whole seconds. */
  | { readonly is: 'dated'; readonly line: string; readonly aheadMs: number }
  | { readonly is: 'tested'; readonly line: string; readonly report: PathReport }
  /** A kept connection was closed by the other end with this fault: a certificate refused, mostly. */
  | { readonly is: 'refused'; readonly line: string; readonly fault: FaultCode }
  | { readonly is: 'held'; readonly line: string | null }
)

/** What a handshake with another certificate came to on one line. */
export interface IdentityTrial {
  readonly line: string
  /** Null: the gateway took it. */
  readonly fault: FaultCode | null
}

/** What a person needs on the phone with the carrier; null where nobody wrote it down. */
export interface LineContact {
  /** お客様ID. */
  readonly customerId: string | null
  readonly router: string | null
  readonly carrier: string | null
  readonly phone: string | null
  readonly hours: string | null
  /** Where 回線認証 is repeated. */
  readonly lineAuthUrl: string | null
}

/** A line as the configuration has it, as far as people are told. */
export interface LineCard {
  readonly name: string
  readonly kind: 'ip-vpn' | 'ipsec' | 'simulator'
  readonly family: 'ipv6' | 'ipv4'
  readonly metered: boolean
  readonly contact: LineContact
}
