import { readFile } from 'node:fs/promises'
import { codeOf } from '../../kernel/errors.ts'

/** The text of a file of the machine; null where there is none, or not for this user. */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
