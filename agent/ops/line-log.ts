import type { Facts } from '../kernel/errors.ts'
import type { PathReport, UplinkEvent } from '../kernel/line.ts'
import type { Log } from '../kernel/ports.ts'

interface Entry {
  readonly level: keyof Log
  readonly event: string
  readonly facts: Facts
}

/** Writes what happens to the lines: changes, never the single probe or question. */
export function logLines(log: Log): (event: UplinkEvent) => void {
  const lastTest = new Map<string, string>()
  return (event) => {
    if (event.is === 'tested') {
      // A line that is down is tested every few seconds: the same result is no news.
      const verdict = verdictOf(event.report)
      if (lastTest.get(event.line) === verdict) return
      lastTest.set(event.line, verdict)
    }
    const entry = entryOf(event)
    if (entry !== null) log[entry.level](entry.facts, entry.event)
  }
}

const verdictOf = ({ fault, steps }: PathReport) =>
  `${fault} ${steps.find(({ result }) => result === 'fail')?.step}`

function entryOf(event: UplinkEvent): Entry | null {
  switch (event.is) {
    case 'standing': {
      const { line, standing, fault, relapses } = event
      const facts = { line, standing, fault: fault ?? '', relapses }
      return { level: standing === 'down' ? 'warn' : 'info', event: 'line-standing', facts }
    }
    case 'moved': {
      const facts = { from: event.from ?? '', to: event.to ?? '' }
      return event.to === null
        ? { level: 'error', event: 'no-line', facts }
        : { level: 'warn', event: 'line-moved', facts }
    }
    case 'address': {
      const { line, address, prefixChanged } = event
      const facts = { line, address: address ?? '', prefixChanged }
      return { level: 'warn', event: 'line-address', facts }
    }
    case 'tested': {
      const { line, fault, facts } = event.report
      if (fault === null) return null
      return { level: 'warn', event: 'line-tested', facts: { ...facts, line, code: fault } }
    }
    case 'refused':
      return {
        level: 'error',
        event: 'certificate-refused',
        facts: { line: event.line, code: event.fault },
      }
    case 'held':
      return { level: 'warn', event: 'line-held', facts: { line: event.line ?? '' } }
    case 'probed':
    case 'heard':
    case 'dated':
    case 'asked':
      return null
  }
}
