import { AgentError } from '../kernel/errors.ts'

/** For the parser: XML 1.1 would let control characters through, whatever a declaration asks for. */
export const xml10 = { xmlns: false, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const

/** What XML 1.0 cannot hold, not even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Surrogate}]/u

/** A bare carriage return would come back as a line feed. */
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
}

/** The text of an element. Throws `CHARACTER_UNENCODABLE` for a character outside XML 1.0. */
export function escaped(element: string, text: string): string {
  if (FORBIDDEN.test(text)) throw unencodable(element)
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character)
}

export const unencodable = (element: string) =>
  new AgentError('CHARACTER_UNENCODABLE', 'a character cannot stand in an XML message', {
    facts: { element },
  })
