import type { Log } from '../../agent/kernel/ports.ts'

export interface RecordingLog extends Log {
  readonly lines: { readonly level: string; readonly event: string; readonly facts: object }[]
}

/** A log that a test can read. */
export function recordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = []
  const at = (level: string) => (facts: object, event: string) => {
    lines.push({ level, event, facts })
  }
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}
