/**
 * When what nobody could be asked is asked again: a pass over all of it as soon as a line is back,
 * and further ones for what a pass could not settle. Pure; times are epoch ms.
 */
export interface Plan {
  /** When the next pass is due; Infinity: when a line is back. */
  readonly lookAt: number
  /** Passes in a row that ended early. */
  readonly cuts: number
  /** Passes that may still ask what `failed` before: what fails alone does so for a reason of its own. */
  readonly retries: number
}

/**
 * What a pass came to. `cut`: the line died again, the queue was full, or the gateway answered
 * nobody. `refused`: the login was; repeats would lock the account. `left`: whoever ran it by hand
 * went away.
 */
export type PassEnd =
  | { readonly is: 'complete'; readonly anyFailed: boolean }
  | { readonly is: 'cut' | 'refused' | 'stopped' | 'left' }

/** A question that found the queue full while all lines were up is asked again after this. */
const LOOK_MS = 5 * 60_000
/** An outage of hours costs a question an hour. */
const LONGEST_MS = 60 * 60_000
const RETRIES = 3

export const noPlan: Plan = { lookAt: Number.POSITIVE_INFINITY, cuts: 0, retries: RETRIES }

export const lineBack = (now: number): Plan => ({ ...noPlan, lookAt: now })

/** Something new is to be asked: at once, unless nobody answers at present. */
export const hurried = (plan: Plan, now: number): Plan =>
  plan.cuts === 0 && plan.lookAt < Number.POSITIVE_INFINITY ? { ...plan, lookAt: now } : plan

export function after(plan: Plan, end: PassEnd, now: number): Plan {
  switch (end.is) {
    case 'complete':
      return {
        lookAt: now + LOOK_MS,
        cuts: 0,
        retries: Math.max(0, end.anyFailed ? plan.retries - 1 : plan.retries),
      }
    case 'cut':
      return {
        lookAt: now + Math.min(LOOK_MS * 2 ** plan.cuts, LONGEST_MS),
        cuts: plan.cuts + 1,
        retries: RETRIES,
      }
    case 'left':
      return { ...plan, lookAt: now + LOOK_MS }
    case 'refused':
    case 'stopped':
      return noPlan
  }
}
