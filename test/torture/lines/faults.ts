import type { NetLine } from '../../bed/net/lines.ts'
import type { Stage } from '../../system/line-faults/stage.ts'
import type { Kind, PlannedFault } from './plan.ts'

/** Undoes what was begun. */
type Heal = () => Promise<unknown>

/** Begins a fault; what it resolves to ends it. */
export async function begin(stage: Stage, { line: name, kind }: PlannedFault): Promise<Heal> {
  const line = stage.bed.line(name)
  const onLine = onTheLine(line, stage, kind)
  if (onLine !== undefined) {
    await onLine
    return () => line.restore()
  }
  const { prefix: from } = line.plan()
  const tell = (behaviour: Parameters<Stage['behave']>[1]) =>
    stage.bed.gateway.behave({ ...behaviour, from })
  await tell(BEHAVIOURS[kind] ?? {})
  return () => tell({})
}

const BEHAVIOURS: Partial<Record<Kind, Parameters<Stage['behave']>[1]>> = {
  captive: { mode: 'captive', at: 'any' },
  busy: { mode: 'busy', at: 'any' },
  refuses: { mode: 'refuse' },
  'silent-tls': { mode: 'silent-tls' },
  'wrong-certificate': { mode: 'wrong-certificate' },
}

function onTheLine(line: NetLine, { bed }: Stage, kind: Kind): Promise<unknown> | undefined {
  switch (kind) {
    case 'link-down':
      return line.linkDown()
    case 'unplugged':
      return line.unplug()
    case 'silent':
      return line.set({ hole: true })
    case 'silent-up':
      return line.set({ hole: true }, 'up')
    case 'silent-down':
      return line.set({ hole: true }, 'down')
    case 'resets':
      return line.set({ rst: true })
    case 'forgets':
      return line.forget()
    case 'address-gone': {
      const { source, prefixBits, interface: device } = line.plan()
      return bed.ip('clinic', '-6', 'address', 'del', `${source}/${prefixBits}`, 'dev', device)
    }
    case 'router-gone':
      return line.dropRouter()
    case 'other-prefix':
      return line.changePrefix()
    case 'loses-10':
      return line.set({ lossPercent: 10 })
    case 'loses-30':
      return line.set({ lossPercent: 30 })
    case 'slow':
      return line.set({ delayMs: 150 })
    case 'jitters':
      return line.set({ jitterMs: 50 })
    default:
      return undefined
  }
}
