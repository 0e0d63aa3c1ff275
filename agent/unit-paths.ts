import { join } from 'node:path'
import { contentOf, writeWhole } from './ops/setup/files.ts'

const DROP_IN = 'onshi-agent.service.d/60-backup-target.conf'

/**
 * The unit’s sandbox has every disk read-only but what it names. In its place is what is mounted there,
 * later too. `units`: /etc/systemd/system; systemd takes it up with `daemon-reload`. Throws
 * `SETUP_FILE_FAILED`.
 */
export function letWrite(units: string, folder: string): void {
  const path = join(units, DROP_IN)
  const text = `# backup.target of agent.toml, written by onshi-agent; changes here are lost.
[Service]
ReadWritePaths="-${folder.replaceAll('%', '%%').replaceAll(/["\\]/g, '\\$&')}"
`
  if (contentOf(path)?.toString() !== text) writeWhole(path, text, 0o644)
}
