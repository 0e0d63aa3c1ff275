import { shownJobs, shownRun } from './jobs.ts'
import type { Jobs } from './ports.ts'

type Routed = readonly [status: number, body: unknown]

/** Jobs on the control socket; undefined for another command. */
export async function jobRoute(jobs: Jobs, command: string): Promise<Routed | undefined> {
  if (command === 'GET /jobs') return [200, shownJobs(jobs.list())]
  const [, name] = /^POST \/jobs\/([a-z-]{1,40})\/runs$/.exec(command) ?? []
  return name === undefined ? undefined : [202, shownRun(await jobs.run(name, 'console'))]
}
