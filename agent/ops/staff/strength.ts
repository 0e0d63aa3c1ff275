import { readFileSync } from 'node:fs'
import type { Mistake } from '../../kernel/errors.ts'

/** [security checklist, A1 and A2] */
const ALONE = 13
const WITH_SECOND_FACTOR = 8
/** Fewer changes between neighbours than this, and it is a row of the keyboard or of digits. */
const FEWEST_TURNS = 5

export interface Chooser {
  readonly name: string
  /** 医療機関コード. */
  readonly institution: string
  readonly hasSecondFactor: boolean
}

/** What is wrong with a secret that somebody chose; nothing where it will do. */
export function weaknessOf(secret: string, chooser: Chooser): Mistake | undefined {
  const shortest = chooser.hasSecondFactor ? WITH_SECOND_FACTOR : ALONE
  const plain = secret.toLowerCase()
  if ([...secret].length < shortest)
    return weak(`${shortest}文字以上にしてください。`, `must have ${shortest} characters or more`)
  if (holdsWhoItIs(plain, chooser))
    return weak(
      '氏名や医療機関コードは使えません。',
      'must not hold the name or the 医療機関コード',
    )
  if (isCommon(plain))
    return weak('よく使われるパスワードです。別のものにしてください。', 'is a common password')
  if (isMonotonous(plain))
    return weak('同じ文字や連続した文字の並びは使えません。', 'is a repetition or a sequence')
  return undefined
}

/** As for a secret; a PIN unlocks what one person opened with more, and has five tries. */
export function pinWeaknessOf(pin: string): Mistake | undefined {
  const isPin = /^\d{4,8}$/.test(pin)
  if (isPin && new Set(stepsOf(pin)).size > 1) return undefined
  return {
    field: 'pin',
    title: 'PIN は4～8けたの数字で、同じ数字や連番でないものにしてください。',
    detail: 'must have 4 to 8 digits, and be no repetition or sequence',
  }
}

/** What opens, as it is compared: an input method must not lock anybody out. [NIST SP 800-63B, 3.1.1.2] */
export const secretForm = (secret: string): string => secret.normalize('NFKC')
export const pinForm = secretForm

const weak = (title: string, detail: string): Mistake => ({ field: 'secret', title, detail })

/** Two letters of a name stand in half of all words. */
const TELLING = 3

function holdsWhoItIs(plain: string, { name, institution }: Chooser): boolean {
  const parts = name.toLowerCase().split(/[ ._-]+/)
  const telling = [...parts, parts.join('')].filter(
    (part) => part.length >= TELLING || (part !== '' && /[^\x20-\x7e]/.test(part)),
  )
  // The code of an institution is also written without prefecture and 点数表.
  return [...telling, institution.slice(3)].some((part) => plain.includes(part))
}

let common: ReadonlySet<string> | undefined
function commonPasswords(): ReadonlySet<string> {
  common ??= new Set(
    readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  )
  return common
}

/** Digits and signs around a common word do not make it another one, however many. */
function isCommon(plain: string): boolean {
  const word = plain.replaceAll(/^[^a-z]+|[^a-z]+$/g, '')
  const known = commonPasswords()
  return known.has(plain) || (word.length * 2 >= plain.length && known.has(word))
}

const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm']

function isMonotonous(plain: string): boolean {
  if (/^(.+?)\1+.?$/s.test(plain)) return true
  if (KEYBOARD.some((row) => row.includes(plain))) return true
  return stepsOf(plain).filter((step) => Math.abs(step) > 1).length < FEWEST_TURNS
}

/** From each character to the next one. */
function stepsOf(text: string): number[] {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0)
  return points.slice(1).map((point, at) => point - (points[at] ?? 0))
}
