import type {
  TerminalFile,
  TerminalResult,
  TerminalResults,
} from '../eligibility/terminal-results.ts'
import type { FoundFile, Taking } from '../folders/folder.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { type Contents, contentsOf, identifierIn, isOfResults } from './terminal-messages.ts'

export interface TerminalFileParts {
  readonly results: TerminalResults
  readonly institutionCode: string
  readonly limitBytes: number
  /** A file that could not be taken in, and was left as it is. */
  readonly refused: (file: FoundFile, code: FaultCode) => void
}

/** As `Taker`, saying what the file is remembered as: `owed` while somebody else is to get it. */
export type ResultTaker = (
  file: FoundFile,
  isFinal: boolean,
  became: TerminalFile['became'],
) => Promise<Taking>

/**
 * Takes in what the official terminal dropped and nobody has claimed: results of its card reader,
 * answers to the receipt computer's questions, and late ones to our own. Files of other kinds are
 * passed over. Rejects as `TerminalResults.record`.
 */
export function takeTerminalFiles(parts: TerminalFileParts): ResultTaker {
  const { results, institutionCode, limitBytes, refused } = parts
  return async (found, isFinal, became) => {
    const { role, name, sha256, bytes } = found
    const file = { role, name, sha256, sizeBytes: bytes.byteLength, became }
    if (!isOfResults(name)) return await results.pass(file)
    const read = readContents(found, limitBytes)
    if (read.is === 'fault') {
      const { code } = read.fault
      if (!isFinal && code !== 'ANSWER_TOO_LARGE') return 'incomplete'
      refused(found, code)
      return await results.pass(file)
    }
    const { contents } = read
    if (contents.institutionCode !== institutionCode) {
      refused(found, 'ANSWER_OF_ANOTHER_INSTITUTION')
      return await results.pass(file)
    }
    return await results.record(file, contents.results, contents.identifier ?? identifierIn(name))
  }
}

type Read =
  | { readonly is: 'read'; readonly contents: Contents<TerminalResult> }
  | { readonly is: 'fault'; readonly fault: AgentError }

function readContents(file: FoundFile, limitBytes: number): Read {
  try {
    return { is: 'read', contents: contentsOf(file, limitBytes) }
  } catch (error) {
    return { is: 'fault', fault: asFault(error) }
  }
}
