import type { TestContext } from 'node:test'
import { openStage, type Stage, type StageOptions } from '../../../bed/desk-stage.ts'
import { sampleLine, sampleLines } from './samples.ts'

/** One line, and nothing else to tell of. */
export const quiet = {
  'GET /v1/lines': sampleLines(sampleLine()),
  'GET /v1/lines/:name/quality': { items: [] },
  'GET /v1/deliveries': { items: [], open: [] },
  'GET /v1/jobs': { items: [] },
  'GET /v1/outages': { items: [] },
}

/** The page at 状態. */
export async function statusOf(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const stage = await openStage({ ...options, answers: { ...quiet, ...options.answers } })
  t.after(stage.close)
  await stage.page.goto(`${stage.url}#/status`)
  await stage.page.getByRole('heading', { name: '状態', level: 1 }).waitFor()
  return stage
}

export const routes = (asked: Stage['asked']): string[] => asked.map(({ route }) => route)
