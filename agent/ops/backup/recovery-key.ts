import { AgentError } from '../../kernel/errors.ts'

/** A recovery key. `secret` is printed and kept by the clinic, `recipient` stands in the configuration. */
export interface RecoveryKey {
  /** `AGE-SECRET-KEY-1…`; opens every backup. Never kept on the machine. */
  readonly secret: string
  /** `age1…`; `backup.recipient`. */
  readonly recipient: string
}

/** X25519. [age, https://age-encryption.org/v1] */
export async function newRecoveryKey(): Promise<RecoveryKey> {
  const { generateX25519Identity } = await age()
  const secret = await generateX25519Identity()
  return { secret, recipient: await recipientOf(secret) }
}

/** The public half of a secret that is one. */
export const recipientOf = async (secret: string): Promise<string> =>
  (await age()).identityToRecipient(secret)

/** Loaded when it is used: no start waits for it. */
const age = () => import('age-encryption')

const PREFIX = 'AGE-SECRET-KEY-1'
const SECRET = /AGESECRETKEY1([A-Z0-9]{58})(?![A-Z0-9])/
/** Letters that a key does not have, and what they look like. */
const LOOKALIKES = { O: '0', B: '8', I: 'L', 1: 'L' } as const

/**
 * A recovery key as it was typed off paper, or as it stands in its page or in a file of the `age` tool:
 * groups, small letters, full-width letters and comments do no harm. Throws `RECOVERY_KEY_INVALID`, also for a slip of
 * the pen, which its checksum finds.
 */
export async function readRecoveryKey(typed: string): Promise<RecoveryKey> {
  const [, typedBody] = SECRET.exec(lettersOf(typed)) ?? ofParagraph(typed) ?? []
  const body = typedBody?.replaceAll(/[OBI1]/g, (letter) => lookalike(letter))
  if (body === undefined)
    throw invalid('the recovery key begins with AGE-SECRET-KEY-1 and has 58 letters behind it')
  const secret = `${PREFIX}${body}`
  try {
    return { secret, recipient: await recipientOf(secret) }
  } catch (cause) {
    throw invalid('the recovery key has a wrong letter: its checksum does not fit', cause)
  }
}

const lettersOf = (typed: string): string =>
  typed
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('')
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')

/** On its page other words stand around it, above and below an empty line. */
const ofParagraph = (page: string): RegExpExecArray | undefined =>
  page
    .split(/\n\s*\n/)
    .map((paragraph) => SECRET.exec(lettersOf(paragraph)))
    .find((found) => found !== null) ?? undefined

const lookalike = (letter: string): string =>
  Object.entries(LOOKALIKES).find(([from]) => from === letter)?.[1] ?? letter

const invalid = (why: string, cause?: unknown) =>
  new AgentError('RECOVERY_KEY_INVALID', why, { cause })

const GROUP = 4

/** The letters of a secret behind its beginning, in groups that can be typed over. */
export const groupsOf = (secret: string): string[] =>
  secret.slice(PREFIX.length).match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []

export const SECRET_PREFIX = PREFIX
