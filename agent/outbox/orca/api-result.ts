/** What an `Api_Result` means to us. */
export type Meaning =
  | 'done'
  /** Done, and ORCA warns of something. */
  | 'warned'
  | 'unknown-patient'
  /** Another terminal holds the patient; it passes. */
  | 'locked'
  /** It is there already: what an attempt whose answer was lost finds. */
  | 'exists'
  /** Our request has a form that this ORCA does not take, whoever the patient is. */
  | 'ours'
  /** ORCA as a whole is in trouble. */
  | 'system'
  | 'user'
  /** A person has to answer Ok or Ng. */
  | 'question'
  | 'identity'
  /** The exchange under a lock is no longer known, as after a restart of ORCA. */
  | 'session'
  /** A lock that is too young to be freed. */
  | 'young'
  /** Something is wrong with the insurance that was sent, or that the patient has. */
  | 'content'
  | 'refused'

/**
 * The codes that are understood, as data; every other one is a refusal. Two digits: `patientgetv2`
 * and `patientmodv2`; with a letter: the interactive ones (`patientmodv32`, `medicalmodv37`).
 * [error and warning tables of the published API pages; the public Ruby client for E and S codes]
 */
const meanings: Readonly<Record<string, Meaning>> = {
  K0: 'warned',
  K1: 'warned',
  K2: 'warned',
  K3: 'warned',
  K4: 'warned',
  K5: 'warned',
  '10': 'unknown-patient',
  E10: 'unknown-patient',
  '13': 'exists',
  '43': 'exists',
  '62': 'exists',
  '50': 'identity',
  '60': 'identity',
  '90': 'locked',
  E90: 'locked',
  E9999: 'locked',
  '91': 'ours',
  '97': 'ours',
  '98': 'ours',
  E97: 'ours',
  E98: 'ours',
  '99': 'user',
  E99: 'system',
  '89': 'system',
  E50: 'content',
  // Assumed: no public source says how a forgotten exchange is answered.
  E07: 'session',
  E91: 'session',
  E14: 'young',
  S20: 'question',
  S40: 'question',
}

/** `00`, `000`, `0000`, `W00`: done, whatever else is said. */
const DONE = /^W?0+$/

/** 職員情報, 医療機関情報, システム日付 and the like cannot be had. */
const SYSTEM = /^E8\d$/

export function meaningOf(apiResult: string): Meaning {
  if (DONE.test(apiResult)) return apiResult.startsWith('W') ? 'warned' : 'done'
  if (SYSTEM.test(apiResult)) return 'system'
  return Object.hasOwn(meanings, apiResult) ? (meanings[apiResult] ?? 'refused') : 'refused'
}

export const isDone = (apiResult: string) => {
  const meaning = meaningOf(apiResult)
  return meaning === 'done' || meaning === 'warned'
}

/** For facts and logs: a code as codes look, never free text, which may speak of the patient. */
export const shownResult = (apiResult: string) =>
  /^[A-Z]{0,2}[0-9]{1,5}$/.test(apiResult) ? apiResult : 'unreadable'
