import { hash, randomBytes } from 'node:crypto'

/** Without 0, 1, I and O: they are read off paper. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const GROUPS = 4
const GROUP = 4

/** 80 random bits to write down: `K7QX-2MPA-9TRC-HD4W`. */
export function newCode(): string {
  const letters = [...randomBytes(GROUPS * GROUP)].map((byte) => LETTERS.charAt(byte % 32)).join('')
  return letters.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? ''
}

/** As it was meant: from an input method, in small letters, with or without its dashes. */
export const codeForm = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')

/** What is kept of a code that nobody chose: nothing slower helps. */
export const hashOf = (code: string): Uint8Array => hash('sha256', codeForm(code), 'buffer')
