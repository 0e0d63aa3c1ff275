import { constants } from 'node:fs'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, O_TRUNC, O_WRONLY } = constants

/**
 * Flags for files in the agent's own folder. Commands of root's write there too, beside a stopped
 * agent: a link that somebody put there who had taken the agent over leads them nowhere (ELOOP).
 */
export const ownFile = {
  /** Made, or emptied. */
  fresh: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
  /** As `r+`. */
  change: O_RDWR | O_NOFOLLOW,
  /** As `a`. */
  append: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW,
} as const
