import { readFileSync } from 'node:fs'

const FOLDER = 'systemd/monitoring'

export const alertRules = readFileSync(`${FOLDER}/alerts.yml`, 'utf8')
export const monitoringPage = readFileSync(`${FOLDER}/README.md`, 'utf8')

/** Names of the alerts in a text of rules, or of unit tests of rules. */
export const alertsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/- alert(?:name)?: (\w+)/g)].map(([, name = '']) => name)),
]

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

/** Every query of the dashboard, as Grafana would send it for all clinics and a minute’s rate. */
export function dashboardQueries(): { readonly panel: string; readonly query: string }[] {
  const { panels }: { panels: readonly Panel[] } = JSON.parse(
    readFileSync(`${FOLDER}/dashboard.json`, 'utf8'),
  )
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      query: expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'),
    })),
  )
}
