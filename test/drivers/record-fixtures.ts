import { writeFileSync } from 'node:fs'
import { linesOf } from '../../drivers/record/recording.ts'
import { recordSession } from './recorded-session.ts'
import { stages } from './stages.ts'

/** Records the sessions with simulators anew: `node test/drivers/record-fixtures.ts`. */
for (const maker of stages) {
  const file = new URL(`../fixtures/readers/${maker.name}.jsonl`, import.meta.url)
  writeFileSync(file, linesOf(await recordSession(maker)))
}
